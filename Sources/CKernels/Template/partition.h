// The kernels once, for the target that is set where this file is included; NAME adds its suffix.

static inline __attribute__((always_inline)) v8 NAME(load)(const double *p) {
    v8 x;
    memcpy(&x, p, sizeof x);
    return x;
}

static inline __attribute__((always_inline)) void NAME(store)(double *p, v8 x) { memcpy(p, &x, sizeof x); }

static inline __attribute__((always_inline)) v8 NAME(magnitude)(v8 x) { return (v8)((m8)x & INT64_MAX); }

static inline __attribute__((always_inline)) v8 NAME(larger)(v8 x, v8 y) {
    m8 more = x > y;
    return (v8)(((m8)x & more) | ((m8)y & ~more));
}

static inline __attribute__((always_inline)) v8 NAME(smaller)(v8 x, v8 y) {
    m8 less = x < y;
    return (v8)(((m8)x & less) | ((m8)y & ~less));
}

static inline __attribute__((always_inline)) uint64_t NAME(bits)(m8 mask) {
    b8 lanes = __builtin_convertvector(mask, b8);
    uint8_t result;
    memcpy(&result, &lanes, 1);
    return result;
}

// VERTICES rows by BLOCKS vectors of candidates at a time, in registers.
#define EVALUATE(VERTICES, BLOCKS) \
    { \
        v8 sum[VERTICES][BLOCKS]; \
        for (int i = 0; i < VERTICES; i++) \
            for (int b = 0; b < BLOCKS; b++) sum[i][b] = (v8){0}; \
        for (long j = 0; j < columns; j++) { \
            v8 factor[BLOCKS]; \
            for (int b = 0; b < BLOCKS; b++) factor[b] = NAME(load)(m + j * width + c + 8 * b); \
            for (int i = 0; i < VERTICES; i++) \
                for (int b = 0; b < BLOCKS; b++) sum[i][b] += rows[(v + i) * stride + j] * factor[b]; \
        } \
        uint64_t bits[VERTICES] = {0}; \
        for (int b = 0; b < BLOCKS; b++) { \
            v8 least = NAME(load)(base + c + 8 * b), steepness = NAME(load)(slope + c + 8 * b); \
            for (int i = 0; i < VERTICES; i++) { \
                v8 x = sum[i][b], reach = least + vertices[v + i].displacement * steepness; \
                NAME(store)(z + (v + i) * width + c + 8 * b, x); \
                bits[i] |= NAME(bits)(x > reach) << (8 * b); \
                certain &= NAME(bits)(NAME(magnitude)(x) > reach) << (8 * b) | ~((uint64_t)255 << (8 * b)); \
            } \
        } \
        for (int i = 0; i < VERTICES; i++) positive[v + i] |= bits[i] << c; \
    }

// More rows where the blocks are few, so that enough sums are under way.
#define EVALUATE_ALL(BLOCKS, VERTICES) \
    for (; c + 8 * BLOCKS <= width; c += 8 * BLOCKS) { \
        uint64_t certain = ~(uint64_t)0; \
        long v = 0; \
        for (; v + VERTICES <= count; v += VERTICES) EVALUATE(VERTICES, BLOCKS) \
        for (; v < count; v++) EVALUATE(1, BLOCKS) \
        signs.doubtful |= ~certain << c; \
    }

static maso_partition_signs NAME(evaluate)(
    const double *rows, const maso_partition_vertex *vertices, long count, long stride, long columns, long width, const double *m,
    const double *base, const double *slope, double *z, uint64_t *positive) {
    long c = 0;
    maso_partition_signs signs = {0, ~(uint64_t)0, 0};
    memset(positive, 0, count * sizeof *positive);
    EVALUATE_ALL(4, 4)
    EVALUATE_ALL(3, 4)
    EVALUATE_ALL(2, 8)
    EVALUATE_ALL(1, 8)
    for (long v = 0; v < count; v++) {
        signs.any |= positive[v];
        signs.all &= positive[v];
    }
    return signs;
}

static void NAME(place)(
    double *rows, maso_partition_vertex *vertices, long count, long stride, const double *z, long width, const uint64_t *positive,
    const int32_t *which, long chosen, long first) {
    uint64_t mask = 0;
    for (long i = 0; i < chosen; i++) mask |= (uint64_t)1 << which[i];
    const long end = (first + chosen + 7) & ~7L;
    for (long v = 0; v < count; v++) {
        const double *values = z + v * width;
        double *to = rows + v * stride + first;
        for (long i = 0; i < chosen; i++) to[i] = values[which[i]];
        for (long i = chosen; i < end - first; i++) to[i] = 0;
        vertices[v].positive = EXTRACT(positive[v], mask);
    }
}

static void NAME(spread)(const double *rows, long count, long stride, long columns, double *out, long out_stride, long first) {
    for (long v = 0; v < count; v++) {
        const double *from = rows + v * stride;
        double *to = out + v * out_stride;
        for (long j = 0; j < columns; j += 8) NAME(store)(to + j, NAME(load)(from + j));
        for (long j = columns; j < first; j++) to[j] = 0;
    }
}

static void NAME(interpolate)(const double *p, const double *q, double *w, long width, long begin, double tau) {
    {
        v8 a = NAME(load)(p);
        NAME(store)(w, a + tau * (NAME(load)(q) - a));
    }
    for (long j = begin > 8 ? begin : 8; j < width; j += 8) {
        v8 a = NAME(load)(p + j);
        NAME(store)(w + j, a + tau * (NAME(load)(q + j) - a));
    }
}

static void NAME(hinge)(double *rows, long count, long stride, long first, long width) {
    for (long v = 0; v < count; v++) {
        double *row = rows + v * stride + first;
        for (long c = 0; c < width; c += 8) NAME(store)(row + c, NAME(larger)(NAME(load)(row + c), (v8){0}));
    }
}

static void NAME(tilts)(
    const double *rows, long count, long stride, long width, long step, double x, double y, double *tilt_x, double *tilt_y) {
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0, n = 0;
    for (long v = 0; v < count; v += step, n++) {
        mean_x += rows[v * stride + 1] - x;
        mean_y += rows[v * stride + 2] - y;
    }
    mean_x /= n;
    mean_y /= n;
    for (long v = 0; v < count; v += step) {
        const double p = rows[v * stride + 1] - x - mean_x, q = rows[v * stride + 2] - y - mean_y;
        xx += p * p;
        xy += p * q;
        yy += q * q;
    }
    const double determinant = xx * yy - xy * xy, inverse = determinant > 0x1p-20 * xx * yy ? 1 / determinant : 0;
    for (long j = 0; j < width; j += 8) {
        v8 a = {0}, b = {0};
        for (long v = 0; v < count; v += step) {
            const double *row = rows + v * stride;
            const v8 h = NAME(load)(row + j);
            a += (row[1] - x - mean_x) * h;
            b += (row[2] - y - mean_y) * h;
        }
        NAME(store)(tilt_x + j, (yy * a - xy * b) * inverse);
        NAME(store)(tilt_y + j, (xx * b - xy * a) * inverse);
    }
}

static void NAME(ranges)(
    const double *rows, long count, long stride, long width, double x, double y, const double *tilt_x, const double *tilt_y,
    double *low, double *high, double *size) {
    for (long j = 0; j < width; j += 8) {
        const v8 a = NAME(load)(tilt_x + j), b = NAME(load)(tilt_y + j);
        v8 least = (v8){0} + 1.0 / 0.0, most = -least, largest = {0};
        for (long v = 0; v < count; v++) {
            const double *row = rows + v * stride;
            const v8 h = NAME(load)(row + j), rest = h - (row[1] - x) * a - (row[2] - y) * b;
            least = NAME(smaller)(rest, least);
            most = NAME(larger)(rest, most);
            largest = NAME(larger)(NAME(magnitude)(h), largest);
        }
        NAME(store)(low + j, least);
        NAME(store)(high + j, most);
        NAME(store)(size + j, largest);
    }
}

static void NAME(positive)(const double *rows, long count, long stride, long width, uint64_t *bits) {
    for (long v = 0; v < count; v++) {
        uint64_t word = 0;
        for (long j = 0; j < width; j += 8) word |= NAME(bits)(NAME(load)(rows + v * stride + j) > (v8){0}) << j;
        bits[v] = word;
    }
}

// A store of eight numbers may reach beyond those that are kept: into zeros, or the next row, which comes after.
static void NAME(gather)(
    const double *rows, long stride, const int32_t *vertices, long count, const uint8_t *columns, long width, double *out,
    long out_stride) {
    for (long v = 0; v < count; v++) {
        const double *from = rows + vertices[v] * stride;
        double *to = out + v * out_stride;
        for (long j = 0; j < width; j += 8) {
            const uint8_t mask = columns[j / 8];
            NAME(store)(to, COMPRESS(NAME(load)(from + j), mask));
            to += __builtin_popcount(mask);
        }
        NAME(store)(to, (v8){0});
    }
}

static void NAME(bound)(
    const double *matrix, long units, long columns, maso_partition_columns of, maso_partition_bounds out) {
    for (long u = 0; u < units; u += 8) {
        v8 m = {0}, r = {0}, s = {0}, b = {0}, d = {0}, x = {0}, y = {0};
        for (long j = 0; j < columns; j++) {
            v8 w = NAME(load)(matrix + j * units + u), a = NAME(magnitude)(w);
            m += w * of.middle[j];
            r += a * of.radius[j];
            s += a * of.size[j];
            b += a * of.base[j];
            d += a * of.slope[j];
            x += w * of.tilt_x[j];
            y += w * of.tilt_y[j];
        }
        NAME(store)(out.middle + u, m);
        NAME(store)(out.radius + u, r + NAME(magnitude)(x) * of.half_width + NAME(magnitude)(y) * of.half_height);
        NAME(store)(out.magnitude + u, s);
        NAME(store)(out.base + u, b);
        NAME(store)(out.slope + u, d);
    }
}

static void NAME(add)(double *out, const double *in, long n, double a) {
    for (long j = 0; j < n; j += 8) NAME(store)(out + j, NAME(load)(out + j) + a * NAME(load)(in + j));
}

static void NAME(add_magnitude)(double *out, const double *in, long n, double a) {
    for (long j = 0; j < n; j += 8) NAME(store)(out + j, NAME(load)(out + j) + a * NAME(magnitude)(NAME(load)(in + j)));
}

#define MULTIPLY(ROWS, BLOCKS) \
    { \
        v8 sum[ROWS][BLOCKS]; \
        for (int i = 0; i < ROWS; i++) \
            for (int b = 0; b < BLOCKS; b++) sum[i][b] = (v8){0}; \
        for (long k = start; k < end; k++) { \
            const double *weight = weights + which[k] * n + j, *entry = in + r * stride + which[k]; \
            for (int b = 0; b < BLOCKS; b++) { \
                v8 w = NAME(load)(weight + 8 * b); \
                for (int i = 0; i < ROWS; i++) sum[i][b] += entry[i * stride] * w; \
            } \
        } \
        for (int i = 0; i < ROWS; i++) \
            for (int b = 0; b < BLOCKS; b++) { \
                double *to = out + (r + i) * n + j + 8 * b; \
                NAME(store)(to, NAME(load)(to) + sum[i][b]); \
            } \
    }

#define MULTIPLY_ALL(BLOCKS) \
    for (; j + 8 * BLOCKS <= n; j += 8 * BLOCKS) { \
        for (long start = 0; start < inner; start += maso_partition_chunk) { \
            const long end = start + maso_partition_chunk < inner ? start + maso_partition_chunk : inner; \
            long r = 0; \
            for (; r + 4 <= rows; r += 4) MULTIPLY(4, BLOCKS) \
            for (; r < rows; r++) MULTIPLY(1, BLOCKS) \
        } \
    }

static void NAME(multiply)(
    double *out, const double *weights, const double *in, long stride, const int32_t *which, long inner, long rows, long n) {
    long j = 0;
    MULTIPLY_ALL(4)
    MULTIPLY_ALL(2)
    MULTIPLY_ALL(1)
}
static void NAME(transpose)(const double *data, long stride, long columns, long units, double *rows, long width) {
    for (long u = 0; u < units; u += 8) {
        const long end = u + 8 < units ? u + 8 : units;
        for (long j = 0; j < columns; j++)
            for (long k = u; k < end; k++) rows[k * width + j] = data[j * stride + k];
    }
}

#define MULTIPLY_SPARSE(BLOCKS) \
    for (; j + 8 * BLOCKS <= width; j += 8 * BLOCKS) { \
        v8 sum[BLOCKS]; \
        for (int b = 0; b < BLOCKS; b++) sum[b] = (v8){0}; \
        for (long i = starts[r]; i < starts[r + 1]; i++) { \
            const double *from = rows + indices[i] * width + j, weight = weights[i]; \
            for (int b = 0; b < BLOCKS; b++) sum[b] += weight * NAME(load)(from + 8 * b); \
        } \
        double lanes[8 * BLOCKS]; \
        for (int b = 0; b < BLOCKS; b++) NAME(store)(lanes + 8 * b, sum[b]); \
        const long used = columns - j < 8 * BLOCKS ? columns - j : 8 * BLOCKS; \
        for (long k = 0; k < used; k++) out[(j + k) * stride + r] += lanes[k]; \
    }

static void NAME(multiply_sparse)(
    double *out, long stride, long columns, double *eta, long count, const long *starts, const int32_t *indices,
    const double *weights, const double *rows, long width, const double *errors) {
    for (long r = 0; r < count; r++) {
        long j = 0;
        MULTIPLY_SPARSE(6)
        MULTIPLY_SPARSE(3)
        MULTIPLY_SPARSE(1)
        double error = 0;
        for (long i = starts[r]; i < starts[r + 1]; i++) error += (weights[i] < 0 ? -weights[i] : weights[i]) * errors[indices[i]];
        eta[r] += error;
    }
}

static void NAME(add_columns)(
    double *out, const maso_partition_column *columns, const int32_t *rows, const double *weights, const int32_t *units,
    const double *values, long count, long magnitudes) {
    m8 mask = {-1, -1, -1, -1, -1, -1, -1, magnitudes ? INT64_MAX : -1};
    for (long i = 0; i < count; i++) {
        const maso_partition_column column = columns[units[i]];
        const v8 x = NAME(load)(values + 8 * i);
        const int32_t *row = rows + column.rows;
        const double *weight = weights + column.weights;
        double *first = out + 8 * column.first;
        for (long k = 0; k < column.count; k++) {
            const double w = weight[k];
            const v8 factor = (v8)((m8)(v8){w, w, w, w, w, w, w, w} & mask);
            double *to = first + 8 * (long)row[k];
            NAME(store)(to, NAME(load)(to) + factor * x);
        }
    }
}

static long NAME(collect)(double *rows, long count, const double *ranges, double *radius, int32_t *units, double *values) {
    const v8 range = NAME(load)(ranges);
    long found = 0;
    for (long r = 0; r < count; r++) {
        const v8 x = NAME(load)(rows + 8 * r);
        if (NAME(bits)(x != (v8){0}) == 0) continue;
        const v8 terms = NAME(magnitude)(x) * range;
        double sum = 0;
        for (int k = 0; k < 8; k++) sum += terms[k];
        radius[r] += sum;
        units[found] = (int32_t)r;
        NAME(store)(values + 8 * found, x);
        NAME(store)(rows + 8 * r, (v8){0});
        found++;
    }
    return found;
}

static void NAME(add_long)(
    double *hi, double *lo, double *size, const double *w, long n, double h, double l, double m) {
    long j = 0;
    for (; j + 8 <= n; j += 8) {
        const v8 factor = NAME(load)(w + j), high = (v8){0} + h, low = (v8){0} + l, a = NAME(load)(hi + j);
        const v8 p = factor * high;
        const v8 e = __builtin_elementwise_fma(factor, high, -p);
        const v8 s = a + p;
        const v8 b = s - a;
        const v8 d = (a - (s - b)) + (p - b);
        NAME(store)(hi + j, s);
        NAME(store)(lo + j, NAME(load)(lo + j) + __builtin_elementwise_fma(factor, low, d + e));
        NAME(store)(size + j, NAME(load)(size + j) + NAME(magnitude)(factor) * m + 0x1p-900);
    }
    for (; j < n; j++) {
        const double p = w[j] * h;
        const double e = __builtin_fma(w[j], h, -p);
        const double s = hi[j] + p;
        const double b = s - hi[j];
        const double d = (hi[j] - (s - b)) + (p - b);
        hi[j] = s;
        lo[j] += __builtin_fma(w[j], l, d + e);
        size[j] += (w[j] < 0 ? -w[j] : w[j]) * m + 0x1p-900;
    }
}

static double NAME(sum_magnitudes)(const double *in, const double *sizes, long n) {
    v8 sum = {0};
    for (long j = 0; j < n; j += 8) sum += NAME(magnitude)(NAME(load)(in + j)) * NAME(load)(sizes + j);
    double total = 0;
    for (int k = 0; k < 8; k++) total += sum[k];
    return total;
}

static void NAME(scale)(double *out, const double *in, long n, const double *factors) {
    for (long j = 0; j < n; j += 8) NAME(store)(out + j, NAME(load)(in + j) * NAME(load)(factors + j));
}

// Products are below 2^56: 240 of them and what a fold leaves (less than 2^43) stay below 2^64.
#define RESIDUES(BLOCKS) \
    for (; r + 8 * BLOCKS <= stride; r += 8 * BLOCKS) { \
        u8x sum[BLOCKS]; \
        for (int b = 0; b < BLOCKS; b++) sum[b] = (u8x){0}; \
        for (long first = 0; first < count; first += 240) { \
            const long end = first + 240 < count ? first + 240 : count; \
            for (long j = first; j < end; j++) { \
                const uint32_t *from = weights + which[j] * stride + r; \
                const uint64_t factor = in[which[j]]; \
                for (int b = 0; b < BLOCKS; b++) { \
                    w8x w; \
                    memcpy(&w, from + 8 * b, sizeof w); \
                    sum[b] += __builtin_convertvector(w, u8x) * factor; \
                } \
            } \
            for (int b = 0; b < BLOCKS; b++) sum[b] = (sum[b] & low) + (sum[b] >> bits) * gap; \
        } \
        for (int b = 0; b < BLOCKS; b++) memcpy(out + r + 8 * b, &sum[b], sizeof sum[b]); \
    }

static void NAME(residues)(
    uint64_t *out, const uint32_t *weights, long stride, const uint32_t *in, const int32_t *which, long count, uint64_t bits,
    uint64_t gap) {
    const uint64_t low = ((uint64_t)1 << bits) - 1;
    long r = 0;
    RESIDUES(8)
    RESIDUES(2)
    RESIDUES(1)
}
#undef RESIDUES

// A product below 2^56, folded once, is below 2^34: 2^29 of them stay below 2^63.
static void NAME(add_residue_columns)(
    uint64_t *out, const maso_partition_column *columns, const int32_t *rows, const uint32_t *weights, const int32_t *units,
    const uint32_t *values, long count, uint64_t bits, uint64_t gap) {
    const uint64_t low = ((uint64_t)1 << bits) - 1;
    for (long i = 0; i < count; i++) {
        const maso_partition_column column = columns[units[i]];
        w8x narrow;
        memcpy(&narrow, values + 8 * i, sizeof narrow);
        const u8x x = __builtin_convertvector(narrow, u8x);
        const int32_t *row = rows + column.rows;
        const uint32_t *weight = weights + column.weights;
        uint64_t *first = out + 8 * column.first;
        for (long k = 0; k < column.count; k++) {
            u8x sum;
            uint64_t *to = first + 8 * (long)row[k];
            memcpy(&sum, to, sizeof sum);
            const u8x product = x * (uint64_t)weight[k];
            sum += (product & low) + (product >> bits) * gap;
            memcpy(to, &sum, sizeof sum);
        }
    }
}

static long NAME(collect_residues)(uint64_t *rows, long count, uint64_t bits, uint64_t gap, int32_t *units, uint32_t *values) {
    const uint64_t low = ((uint64_t)1 << bits) - 1, prime = low + 1 - gap;
    long found = 0;
    for (long r = 0; r < count; r++) {
        u8x x;
        memcpy(&x, rows + 8 * r, sizeof x);
        uint64_t any = 0;
        for (int k = 0; k < 8; k++) any |= x[k];
        if (any == 0) continue;
        for (int fold = 0; fold < 3; fold++) x = (x & low) + (x >> bits) * gap;
        any = 0;
        for (int k = 0; k < 8; k++) {
            const uint32_t rest = (uint32_t)(x[k] < prime ? x[k] : x[k] - prime);
            values[8 * found + k] = rest;
            any |= rest;
        }
        const u8x zero = {0};
        memcpy(rows + 8 * r, &zero, sizeof zero);
        units[found] = (int32_t)r;
        if (any != 0) found++;
    }
    return found;
}
#undef EVALUATE
#undef EVALUATE_ALL
#undef MULTIPLY
#undef MULTIPLY_ALL
#undef MULTIPLY_SPARSE
