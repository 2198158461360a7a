// Chains of entrywise operations over tiles. Registers may share memory entry by entry (in place), never otherwise.

#define EACH(n, ...) \
    _Pragma("clang loop vectorize(assume_safety)") for (int64_t i = 0; i < n; i++) { __VA_ARGS__; }

static void NAME(select)(const maso_instruction *in, const S *a, void *result, int64_t n) {
    if (in->codeSize == 1) {
        uint8_t *code = result;
        if (in->count == 0) { EACH(n, code[i] = 0) }
        for (int32_t k = 0; k < in->count; k++) {
            const S knot = (S)in->first[k];
            if (in->second[k] != 0) {
                if (k == 0) { EACH(n, code[i] = a[i] >= knot) } else { EACH(n, code[i] += a[i] >= knot) }
            } else {
                if (k == 0) { EACH(n, code[i] = a[i] > knot) } else { EACH(n, code[i] += a[i] > knot) }
            }
        }
    } else {
        int32_t *code = result;
        EACH(n, code[i] = 0)
        for (int32_t k = 0; k < in->count; k++) {
            const S knot = (S)in->first[k];
            if (in->second[k] != 0) { EACH(n, code[i] += a[i] >= knot) } else { EACH(n, code[i] += a[i] > knot) }
        }
    }
}

// A piece of slope 0 is its offset even at ±∞; NaN stays NaN.
#define PIECE(u, r) (in->first[r] == 0 ? (u == u ? (S)in->second[r] : u) : (S)in->first[r] * u + (S)in->second[r])

static void NAME(apply)(const maso_instruction *in, const S *a, const void *b, S *z, int64_t n) {
    if (in->codeSize == 1 && in->count == 2) {
        const uint8_t *code = b;
        const S s0 = (S)in->first[0], s1 = (S)in->first[1], o0 = (S)in->second[0], o1 = (S)in->second[1];
        if (s0 != 0 && s1 != 0 && o0 == 0 && o1 == 0) {
            EACH(n, z[i] = a[i] * (code[i] ? s1 : s0))
        } else if (s0 == 0 && s1 == 1 && o0 == 0 && o1 == 0) {
            EACH(n, const S u = a[i]; const S flat = u == u ? (S)0 : u; z[i] = code[i] ? u : flat)
        } else {
            EACH(n, const S u = a[i]; const S low = PIECE(u, 0); const S high = PIECE(u, 1); z[i] = code[i] ? high : low)
        }
    } else if (in->codeSize == 1 && in->count <= 8) {
        // The largest piece index first in z may overwrite a (in place), so each entry is finished at once.
        const uint8_t *code = b;
        S slopes[8], offsets[8];
        for (int32_t r = 0; r < 8; r++) {
            slopes[r] = r < in->count ? (S)in->first[r] : 0;
            offsets[r] = r < in->count ? (S)in->second[r] : 0;
        }
        for (int64_t i = 0; i < n; i++) {
            const S u = a[i], s = slopes[code[i] & 7], o = offsets[code[i] & 7];
            z[i] = s == 0 ? (u == u ? o : u) : s * u + o;
        }
    } else if (in->codeSize == 1) {
        const uint8_t *code = b;
        for (int64_t i = 0; i < n; i++) { const S u = a[i]; z[i] = PIECE(u, code[i]); }
    } else {
        const int32_t *code = b;
        for (int64_t i = 0; i < n; i++) { const S u = a[i]; z[i] = PIECE(u, code[i]); }
    }
}

static void NAME(execute)(const maso_instruction *in, void *const *registers, int64_t n) {
    const S *a = registers[in->a], *b = registers[in->b];
    S *z = registers[in->result];
    const S slope = (S)in->slope, offset = (S)in->offset;
    switch (in->operation) {
    case maso_copy: EACH(n, z[i] = a[i]) break;
    case maso_add: EACH(n, z[i] = a[i] + b[i]) break;
    case maso_subtract: EACH(n, z[i] = a[i] - b[i]) break;
    case maso_multiply: EACH(n, z[i] = a[i] * b[i]) break;
    case maso_divide: EACH(n, z[i] = a[i] / b[i]) break;
    case maso_affine: EACH(n, z[i] = slope * a[i] + offset) break;
    case maso_select: NAME(select)(in, a, z, n); break;
    case maso_apply: NAME(apply)(in, a, b, z, n); break;
    case maso_exponential: EACH(n, z[i] = EXP(a[i])) break;
    case maso_logarithm: EACH(n, z[i] = LOG(a[i])) break;
    case maso_square_root: EACH(n, z[i] = SQRT(a[i])) break;
    case maso_reciprocal: EACH(n, z[i] = 1 / a[i]) break;
    case maso_error_function: EACH(n, z[i] = ERF(a[i])) break;
    case maso_sigmoid: EACH(n, const S u = a[i]; const S e = EXP(u < 0 ? u : -u); z[i] = (u < 0 ? e : 1) / (1 + e)) break;
    case maso_tangent: EACH(n, z[i] = TANH(a[i])) break;
    case maso_softplus: EACH(n, const S u = a[i]; const S e = EXP(u < 0 ? u : -u); z[i] = (u > 0 ? u : u == u ? 0 : u) + LOG1P(e)) break;
    case maso_power: EACH(n, z[i] = POW(a[i], slope)) break;
    }
}

/// Runs the statements with (entry of the small array, offset in the tile, run length, whether the run repeats one entry).
#define RUNS(period, repeat, start, n, ...) \
    { \
        const int64_t block_ = (period) * (repeat); \
        int64_t at_ = 0; \
        while (at_ < (n)) { \
            const int64_t index_ = (start) + at_, within_ = index_ % block_, phase_ = within_ % (period); \
            const int64_t left_ = (period) == 1 ? block_ - within_ : (period) - phase_; \
            const int64_t run = left_ < (n) - at_ ? left_ : (n) - at_, entry = index_ / block_ * (period) + phase_, at = at_; \
            __VA_ARGS__; \
            at_ += run; \
        } \
    }

static void NAME(expand)(const maso_register *r, int64_t start, int64_t n) {
    const S *from = r->base;
    S *to = r->scratch;
    RUNS(r->period, r->repeat, start, n, if (r->period == 1) { for (int64_t i = 0; i < run; i++) to[at + i] = from[entry]; } else {
        for (int64_t i = 0; i < run; i++) to[at + i] = from[entry + i]; })
}

/// The sum of a run, in sixteen partial sums.
static S NAME(total)(const S *a, int64_t n) {
    S partial[16] = {0};
    int64_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (int k = 0; k < 16; k++) partial[k] += a[i + k];
    for (int k = 8; k > 0; k /= 2)
        for (int j = 0; j < k; j++) partial[j] += partial[j + k];
    S sum = partial[0];
    for (; i < n; i++) sum += a[i];
    return sum;
}

static void NAME(add_tile)(const maso_sum *sum, const S *a, int64_t start, int64_t n) {
    if (sum->periodic) {
        S *to = sum->accumulators;
        EACH(n, to[i] += a[i])
    } else {
        S *to = sum->destination;
        RUNS(sum->period, sum->repeat, start, n, if (sum->period == 1) { to[entry] += NAME(total)(a + at, run); } else {
            for (int64_t i = 0; i < run; i++) to[entry + i] += a[at + i]; })
    }
}

static void NAME(loop)(const maso_loop *loop) {
    void *registers[maso_register_limit];
    const int64_t tile = loop->tile, first = loop->count < tile ? loop->count : tile;
    for (int32_t r = 0; r < loop->registerCount; r++)  // a tile holds whole periods
        if (loop->registers[r].mode == maso_periodic) NAME(expand)(&loop->registers[r], 0, first);
    for (int32_t s = 0; s < loop->sumCount; s++) {
        const maso_sum *sum = &loop->sums[s];
        memset(sum->destination, 0, sum->count * sizeof(S));
        if (sum->periodic) memset(sum->accumulators, 0, tile * sizeof(S));
    }
    for (int64_t start = 0; start < loop->count; start += tile) {
        const int64_t n = loop->count - start < tile ? loop->count - start : tile;
        for (int32_t r = 0; r < loop->registerCount; r++) {
            const maso_register *reg = &loop->registers[r];
            switch (reg->mode) {
            case maso_direct: registers[r] = (char *)reg->base + start * reg->size; break;
            case maso_scratch: registers[r] = reg->base; break;
            case maso_periodic: registers[r] = reg->scratch; break;
            case maso_expanded:
                NAME(expand)(reg, start, n);
                registers[r] = reg->scratch;
                break;
            }
        }
        for (int32_t k = 0; k < loop->instructionCount; k++) NAME(execute)(&loop->instructions[k], registers, n);
        for (int32_t s = 0; s < loop->sumCount; s++) NAME(add_tile)(&loop->sums[s], registers[loop->sums[s].source], start, n);
    }
    for (int32_t s = 0; s < loop->sumCount; s++) {
        const maso_sum *sum = &loop->sums[s];
        if (!sum->periodic) continue;
        const S *from = sum->accumulators;
        S *to = sum->destination;
        if (sum->period == 1) {
            to[0] = NAME(total)(from, tile);
        } else {
            for (int64_t at = 0; at < tile; at += sum->period) { EACH(sum->period, to[i] += from[at + i]) }
        }
    }
}
