// Pooling over windows, channel by channel: the loops run along the channels, which are neighbours in memory.

#define CODES(size, ...) \
    if (size == 1) { typedef uint8_t C; __VA_ARGS__ } else { typedef int32_t C; __VA_ARGS__ }

static void NAME(largest_in_window)(const maso_windows *w, const void *from, void *to, void *code, int32_t codeSize) {
    const int64_t inner = w->inner;
    CODES(codeSize, {
        for (int64_t plane = 0; plane < w->planes; plane++) {
            const S *x = (const S *)from + plane * w->from * inner;
            for (int64_t p = 0; p < w->to; p++) {
                S *y = (S *)to + (plane * w->to + p) * inner;
                C *c = (C *)code + (plane * w->to + p) * inner;
                const int32_t begin = w->starts[p], end = w->starts[p + 1];
                const S *u = x + w->positions[begin] * inner;
                const C place = (C)w->places[begin];
                EACH(inner, y[i] = u[i]; c[i] = place)
                for (int32_t k = begin + 1; k < end; k++) {
                    const S *v = x + w->positions[k] * inner;
                    const C here = (C)w->places[k];
                    EACH(inner, const int larger = v[i] > y[i]; y[i] = larger ? v[i] : y[i]; c[i] = larger ? here : c[i])
                }
            }
        }
    })
}

static void NAME(pick_in_window)(const maso_windows *w, const void *from, const void *code, void *to, int32_t codeSize) {
    const int64_t inner = w->inner;
    CODES(codeSize, {
        for (int64_t plane = 0; plane < w->planes; plane++) {
            const S *x = (const S *)from + plane * w->from * inner;
            for (int64_t p = 0; p < w->to; p++) {
                S *y = (S *)to + (plane * w->to + p) * inner;
                const C *c = (const C *)code + (plane * w->to + p) * inner;
                EACH(inner, y[i] = 0)
                for (int32_t k = w->starts[p]; k < w->starts[p + 1]; k++) {
                    const S *u = x + w->positions[k] * inner;
                    const C here = (C)w->places[k];
                    EACH(inner, y[i] = c[i] == here ? u[i] : y[i])
                }
            }
        }
    })
}

static void NAME(place_in_window)(const maso_windows *w, const void *from, const void *code, void *to, int32_t codeSize) {
    const int64_t inner = w->inner;
    CODES(codeSize, {
        for (int64_t plane = 0; plane < w->planes; plane++) {
            const S *y = (const S *)from + plane * w->from * inner;
            const C *c = (const C *)code + plane * w->from * inner;
            for (int64_t p = 0; p < w->to; p++) {
                S *x = (S *)to + (plane * w->to + p) * inner;
                const int32_t begin = w->starts[p], end = w->starts[p + 1];
                if (end == begin) { EACH(inner, x[i] = 0) }
                for (int32_t k = begin; k < end; k++) {
                    const S *v = y + w->positions[k] * inner;
                    const C *t = c + w->positions[k] * inner;
                    const C here = (C)w->places[k];
                    if (k == begin) { EACH(inner, x[i] = t[i] == here ? v[i] : 0) } else { EACH(inner, x[i] += t[i] == here ? v[i] : 0) }
                }
            }
        }
    })
}

static void NAME(sum_windows)(const maso_windows *w, const void *from, void *to, double scale) {
    const int64_t inner = w->inner;
    const S factor = (S)scale;
    for (int64_t plane = 0; plane < w->planes; plane++) {
        const S *x = (const S *)from + plane * w->from * inner;
        for (int64_t p = 0; p < w->to; p++) {
            S *y = (S *)to + (plane * w->to + p) * inner;
            const int32_t begin = w->starts[p], end = w->starts[p + 1];
            if (end == begin) { EACH(inner, y[i] = 0) }
            for (int32_t k = begin; k < end; k++) {
                const S *u = x + w->positions[k] * inner;
                if (k == begin) { EACH(inner, y[i] = u[i]) } else { EACH(inner, y[i] += u[i]) }
            }
            if (factor != 1) { EACH(inner, y[i] *= factor) }
        }
    }
}
