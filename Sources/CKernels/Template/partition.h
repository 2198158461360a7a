// The kernels once, for the target that is set where this file is included; NAME adds its suffix.

static inline __attribute__((always_inline)) v8 NAME(load)(const double *p) {
    v8 x;
    memcpy(&x, p, sizeof x);
    return x;
}

static inline __attribute__((always_inline)) void NAME(store)(double *p, v8 x) { memcpy(p, &x, sizeof x); }

static inline __attribute__((always_inline)) uint64_t NAME(bits)(m8 mask) {
    uint64_t result = 0;
    for (int i = 0; i < 8; i++) result |= (uint64_t)(mask[i] & 1) << i;
    return result;
}

static inline __attribute__((always_inline)) uint64_t NAME(signs)(
    const double *z, long width, const double *base, const double *scale, double kappa, uint64_t *doubtful) {
    uint64_t positive = 0, doubt = 0;
    for (long c = 0; c < width; c += 8) {
        v8 x = NAME(load)(z + c), reach = NAME(load)(base + c) + kappa * NAME(load)(scale + c);
        m8 above = x > reach, below = x < -reach;
        positive |= NAME(bits)(above) << c;
        doubt |= NAME(bits)(~(above | below)) << c;
    }
    *doubtful = doubt;
    return positive;
}

static uint64_t NAME(evaluate)(
    double *rows, long count, long stride, long columns, long first, long width, const double *m, const double *base,
    const double *scale, const double *kappa, uint64_t *positive) {
    uint64_t doubts = 0;
    for (long v = 0; v < count; v++) {
        double *row = rows + v * stride;
        for (long c = 0; c < width; c += 8) {
            v8 sum = {0};
            for (long j = 0; j < columns; j++) sum += row[j] * NAME(load)(m + j * width + c);
            NAME(store)(row + first + c, sum);
        }
        uint64_t doubt;
        positive[v] = NAME(signs)(row + first, width, base, scale, kappa[v], &doubt);
        doubts |= doubt;
    }
    return doubts;
}

static void NAME(interpolate)(const double *p, const double *q, double *w, long stride, double tau) {
    for (long j = 0; j < stride; j += 8) {
        v8 a = NAME(load)(p + j);
        NAME(store)(w + j, a + tau * (NAME(load)(q + j) - a));
    }
}

static uint64_t NAME(sign_bits)(
    const double *z, long width, const double *base, const double *scale, double kappa, uint64_t *doubtful) {
    return NAME(signs)(z, width, base, scale, kappa, doubtful);
}

static void NAME(add)(double *out, const double *in, long n, double a) {
    for (long j = 0; j < n; j += 8) NAME(store)(out + j, NAME(load)(out + j) + a * NAME(load)(in + j));
}

static void NAME(multiply)(
    double *out, const double *weights, long stride, const double *in, const int32_t *which, long rows, long inner, long n) {
    for (long r = 0; r < rows; r++) {
        for (long j = 0; j < n; j += 8) {
            v8 sum = NAME(load)(out + r * n + j);
            for (long k = 0; k < inner; k++) sum += weights[r * stride + which[k]] * NAME(load)(in + which[k] * n + j);
            NAME(store)(out + r * n + j, sum);
        }
    }
}

static void NAME(ranges)(const double *rows, long count, long stride, long width, double *low, double *high) {
    for (long j = 0; j < width; j += 8) {
        v8 least = NAME(load)(rows + j), most = least;
        for (long v = 1; v < count; v++) {
            v8 x = NAME(load)(rows + v * stride + j);
            m8 less = x < least, more = x > most;
            least = (v8)(((m8)x & less) | ((m8)least & ~less));
            most = (v8)(((m8)x & more) | ((m8)most & ~more));
        }
        NAME(store)(low + j, least);
        NAME(store)(high + j, most);
    }
}
