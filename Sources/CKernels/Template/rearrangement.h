// Sums along strides, and the matrix of a convolution's windows.

static void NAME(accumulate_axis)(const maso_walk *walk, int32_t axis, const S *from, S *to) {
    const int64_t n = walk->counts[axis], a = walk->from[axis], b = walk->to[axis];
    if (axis + 1 < walk->rank) {
        for (int64_t i = 0; i < n; i++) NAME(accumulate_axis)(walk, axis + 1, from + i * a, to + i * b);
    } else if (a == 1 && b == 1) {
        EACH(n, to[i] += from[i])
    } else if (a == 1 && b == 0) {
        *to += NAME(total)(from, n);
    } else {
        for (int64_t i = 0; i < n; i++) to[i * b] += from[i * a];
    }
}

static void NAME(accumulate)(const maso_walk *walk, const void *from, void *to) { NAME(accumulate_axis)(walk, 0, from, to); }

static void NAME(unfold)(
    const int32_t *table, int64_t p0, int64_t p1, int64_t places, const void *from, int64_t stride, int64_t channels, void *to) {
    S *row = to;
    for (int64_t p = p0; p < p1; p++) {
        for (int64_t place = 0; place < places; place++, row += channels) {
            const int32_t position = table[p * places + place];
            if (position < 0) {
                EACH(channels, row[i] = 0)
            } else {
                const S *x = (const S *)from + position * stride;
                EACH(channels, row[i] = x[i])
            }
        }
    }
}

static void NAME(fold)(
    const int32_t *table, int64_t p0, int64_t p1, int64_t places, const void *from, int64_t stride, int64_t channels, void *to) {
    const S *row = from;
    for (int64_t p = p0; p < p1; p++) {
        for (int64_t place = 0; place < places; place++, row += channels) {
            const int32_t position = table[p * places + place];
            if (position < 0) continue;
            S *x = (S *)to + position * stride;
            EACH(channels, x[i] += row[i])
        }
    }
}

static void NAME(add_segments)(const maso_segment *segments, int64_t count, int64_t stride, const void *from, void *to) {
    for (int64_t s = 0; s < count; s++) {
        const S *a = (const S *)from + segments[s].from;
        S *b = (S *)to + segments[s].to;
        const int64_t n = segments[s].count;
        if (stride == 1) { EACH(n, b[i] += a[i]) } else { EACH(n, b[i * stride] += a[i]) }
    }
}
