// Loops along the middle of three axes [before, along, after]: the neighbours in memory run along `after`.

static void NAME(largest_along_axis)(const void *from, void *to, void *code, int32_t codeSize, int64_t before, int64_t along, int64_t after) {
    CODES(codeSize, {
        for (int64_t outer = 0; outer < before; outer++) {
            for (int64_t inner = 0; inner < after; inner++) {
                const S *u = (const S *)from + outer * along * after + inner;
                int64_t best = 0;
                for (int64_t k = 1; k < along; k++) best = u[k * after] > u[best * after] ? k : best;
                if (to) ((S *)to)[outer * after + inner] = u[best * after];
                if (code) ((C *)code)[outer * after + inner] = (C)best;
            }
        }
    })
}

static void NAME(pick_along_axis)(const void *from, const void *code, void *to, int32_t codeSize, int64_t before, int64_t along, int64_t after) {
    CODES(codeSize, {
        for (int64_t outer = 0; outer < before; outer++)
            for (int64_t inner = 0; inner < after; inner++)
                ((S *)to)[outer * after + inner] =
                    ((const S *)from)[(outer * along + ((const C *)code)[outer * after + inner]) * after + inner];
    })
}

static void NAME(place_along_axis)(const void *from, const void *code, void *to, int32_t codeSize, int64_t before, int64_t along, int64_t after) {
    CODES(codeSize, {
        for (int64_t outer = 0; outer < before; outer++) {
            const S *v = (const S *)from + outer * after;
            const C *c = (const C *)code + outer * after;
            for (int64_t k = 0; k < along; k++) {
                S *u = (S *)to + (outer * along + k) * after;
                EACH(after, u[i] = c[i] == (C)k ? v[i] : 0)
            }
        }
    })
}

static void NAME(winners_along_axis)(const void *from, void *code, int64_t winners, int64_t before, int64_t along, int64_t after) {
    for (int64_t outer = 0; outer < before; outer++) {
        for (int64_t inner = 0; inner < after; inner++) {
            const S *u = (const S *)from + outer * along * after + inner;
            uint8_t *c = (uint8_t *)code + outer * along * after + inner;
            for (int64_t k = 0; k < along; k++) c[k * after] = 0;
            for (int64_t w = 0; w < winners; w++) {
                int64_t best = -1;
                for (int64_t k = 0; k < along; k++)
                    if (!c[k * after] && (best < 0 || u[k * after] > u[best * after])) best = k;
                c[best * after] = 1;
            }
        }
    }
}

static void NAME(softmax)(const void *from, void *to, int64_t before, int64_t along, int64_t after) {
    for (int64_t outer = 0; outer < before; outer++) {
        for (int64_t inner = 0; inner < after; inner++) {
            const S *u = (const S *)from + outer * along * after + inner;
            S *p = (S *)to + outer * along * after + inner;
            S shift = u[0], total = 0;
            for (int64_t k = 1; k < along; k++) shift = u[k * after] > shift ? u[k * after] : shift;
            for (int64_t k = 0; k < along; k++) total += p[k * after] = EXP(u[k * after] - shift);
            for (int64_t k = 0; k < along; k++) p[k * after] /= total;
        }
    }
}

static void NAME(log_sum_exp)(const void *from, void *to, int64_t before, int64_t along, int64_t after) {
    for (int64_t outer = 0; outer < before; outer++) {
        for (int64_t inner = 0; inner < after; inner++) {
            const S *u = (const S *)from + outer * along * after + inner;
            S shift = -INFINITY, total = 0;
            for (int64_t k = 0; k < along; k++) shift = u[k * after] > shift ? u[k * after] : shift;
            if (shift - shift != 0) shift = 0;
            for (int64_t k = 0; k < along; k++) total += EXP(u[k * after] - shift);
            ((S *)to)[outer * after + inner] = shift + LOG(total);
        }
    }
}
