// Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray 2016): a tile of 4×4 outputs by 36 instead of 144 products a channel pair.
//
//     y = Aᵀ [(G w Gᵀ) ⊙ (Bᵀ x B)] A        x a tile of 6×6 inputs, w the 3×3 weight, sums over channels between
//
// Loops run along the channels, sixteen at a time.

typedef S NAME(lanes) __attribute__((vector_size(16 * sizeof(S)), aligned(sizeof(S))));
#define LANES NAME(lanes)

/// r = Bᵀ x
static inline __attribute__((always_inline)) void NAME(input_six)(const LANES x[6], LANES r[6]) {
    const LANES a = x[4] - 4 * x[2], b = x[3] - 4 * x[1], c = x[4] - x[2], d = 2 * (x[3] - x[1]);
    r[0] = 4 * x[0] - 5 * x[2] + x[4];
    r[1] = a + b;
    r[2] = a - b;
    r[3] = c + d;
    r[4] = c - d;
    r[5] = 4 * x[1] - 5 * x[3] + x[5];
}

/// r = Aᵀ m
static inline __attribute__((always_inline)) void NAME(output_four)(const LANES m[6], LANES r[4]) {
    const LANES a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
    r[0] = m[0] + a + c;
    r[1] = b + 2 * d;
    r[2] = a + 4 * c;
    r[3] = b + 8 * d + m[5];
}

/// r = A y
static inline __attribute__((always_inline)) void NAME(spread_six)(const LANES y[4], LANES r[6]) {
    const LANES a = y[0] + y[2], b = y[1] + y[3], c = y[0] + 4 * y[2], d = 2 * y[1] + 8 * y[3];
    r[0] = y[0];
    r[1] = a + b;
    r[2] = a - b;
    r[3] = c + d;
    r[4] = c - d;
    r[5] = y[3];
}

/// The tile's corner in its image: row, column and image of tile `t`.
#define TILE(w, t) \
    const int64_t image_ = (t) / ((w)->tileRows * (w)->tileColumns), tile_ = (t) % ((w)->tileRows * (w)->tileColumns); \
    const int64_t row = 4 * (tile_ / (w)->tileColumns), column = 4 * (tile_ % (w)->tileColumns)

static void NAME(winograd_input)(const maso_winograd *w, int64_t first, int64_t count, const void *from, const void *zeros, void *to) {
    const int64_t C = w->channels, step = w->inputStep;
    for (int64_t t = first; t < first + count; t++) {
        TILE(w, t);
        const S *x[36];
        for (int64_t i = 0; i < 6; i++) {
            for (int64_t j = 0; j < 6; j++) {
                const int64_t r = row + i - w->padRow, c = column + j - w->padColumn;
                const int inside = r >= 0 && r < w->inputRows && c >= 0 && c < w->inputColumns;
                x[6 * i + j] = inside ? (const S *)from + ((image_ * w->inputRows + r) * w->inputColumns + c) * C : (const S *)zeros;
            }
        }
        S *v = (S *)to + (t - first) * C;
        for (int64_t c = 0; c < C; c += 16) {
            LANES rows[6][6];
            for (int j = 0; j < 6; j++) {
                LANES in[6], out[6];
                for (int i = 0; i < 6; i++) in[i] = *(const LANES *)(x[6 * i + j] + c);
                NAME(input_six)(in, out);
                for (int i = 0; i < 6; i++) rows[i][j] = out[i];
            }
            for (int i = 0; i < 6; i++) {
                LANES out[6];
                NAME(input_six)(rows[i], out);
                for (int j = 0; j < 6; j++) *(LANES *)(v + (6 * i + j) * step + c) = out[j];
            }
        }
    }
}

static void NAME(winograd_output)(const maso_winograd *w, int64_t first, int64_t count, const void *from, const void *bias, void *to) {
    const int64_t O = w->filters, step = w->outputStep;
    for (int64_t t = first; t < first + count; t++) {
        TILE(w, t);
        const S *m = (const S *)from + (t - first) * O;
        S *y = (S *)to + ((image_ * w->outputRows + row) * w->outputColumns + column) * O;
        const int64_t rows = w->outputRows - row < 4 ? w->outputRows - row : 4;
        const int64_t columns = w->outputColumns - column < 4 ? w->outputColumns - column : 4;
        for (int64_t o = 0; o < O; o += 16) {
            LANES half[4][6];
            for (int j = 0; j < 6; j++) {
                LANES in[6], out[4];
                for (int i = 0; i < 6; i++) in[i] = *(const LANES *)(m + (6 * i + j) * step + o);
                NAME(output_four)(in, out);
                for (int i = 0; i < 4; i++) half[i][j] = out[i];
            }
            const LANES zero = {0};
            const LANES b = bias ? *(const LANES *)((const S *)bias + o) : zero;
            for (int64_t i = 0; i < rows; i++) {
                LANES out[4];
                NAME(output_four)(half[i], out);
                for (int64_t j = 0; j < columns; j++) *(LANES *)(y + (i * w->outputColumns + j) * O + o) = out[j] + b;
            }
        }
    }
}

static void NAME(winograd_spread)(const maso_winograd *w, int64_t first, int64_t count, const void *from, void *to) {
    const int64_t O = w->filters, step = w->outputStep;
    for (int64_t t = first; t < first + count; t++) {
        TILE(w, t);
        const S *y = (const S *)from + ((image_ * w->outputRows + row) * w->outputColumns + column) * O;
        S *m = (S *)to + (t - first) * O;
        const int64_t rows = w->outputRows - row < 4 ? w->outputRows - row : 4;
        const int64_t columns = w->outputColumns - column < 4 ? w->outputColumns - column : 4;
        for (int64_t o = 0; o < O; o += 16) {
            LANES half[6][4];
            for (int j = 0; j < 4; j++) {
                const LANES zero = {0};
                LANES in[4], out[6];
                for (int i = 0; i < 4; i++)
                    in[i] = i < rows && j < columns ? *(const LANES *)(y + (i * w->outputColumns + j) * O + o) : zero;
                NAME(spread_six)(in, out);
                for (int i = 0; i < 6; i++) half[i][j] = out[i];
            }
            for (int i = 0; i < 6; i++) {
                LANES out[6];
                NAME(spread_six)(half[i], out);
                for (int j = 0; j < 6; j++) *(LANES *)(m + (6 * i + j) * step + o) = out[j];
            }
        }
    }
}

static const double NAME(winograd_g)[6][3] = {
    {1 / 4.0, 0, 0}, {-1 / 6.0, -1 / 6.0, -1 / 6.0}, {-1 / 6.0, 1 / 6.0, -1 / 6.0},
    {1 / 24.0, 1 / 12.0, 1 / 6.0}, {1 / 24.0, -1 / 12.0, 1 / 6.0}, {0, 0, 1}};

// Weights are walked along the axis that is innermost once transformed, sixteen filters (or channels) at a time.

static void NAME(winograd_weight)(const void *from, int64_t filters, int64_t channels, int32_t transposed, void *to) {
    const int64_t pairs = filters * channels, outer = transposed ? filters : channels, inner = transposed ? channels : filters;
    const int64_t outerStep = transposed ? channels * 9 : 9, innerStep = transposed ? 9 : channels * 9;
    for (int64_t a = 0; a < outer; a++) {
        for (int64_t b = 0; b < inner; b += 16) {
            const S *w = (const S *)from + a * outerStep + b * innerStep;
            S *u = (S *)to + a * inner + b;
            LANES x[9], half[6][3];
            for (int k = 0; k < 9; k++)
                for (int l = 0; l < 16; l++) x[k][l] = w[l * innerStep + (transposed ? 8 - k : k)];
            for (int i = 0; i < 6; i++)
                for (int j = 0; j < 3; j++) {
                    const double *g = NAME(winograd_g)[i];
                    half[i][j] = (S)g[0] * x[j] + (S)g[1] * x[3 + j] + (S)g[2] * x[6 + j];
                }
            for (int i = 0; i < 6; i++)
                for (int j = 0; j < 6; j++) {
                    const double *g = NAME(winograd_g)[j];
                    *(LANES *)(u + (6 * i + j) * pairs) = (S)g[0] * half[i][0] + (S)g[1] * half[i][1] + (S)g[2] * half[i][2];
                }
        }
    }
}

static void NAME(winograd_weight_gradient)(const void *from, int64_t filters, int64_t channels, void *to) {
    const int64_t pairs = filters * channels;
    for (int64_t c = 0; c < channels; c++) {
        for (int64_t o = 0; o < filters; o += 16) {
            const S *u = (const S *)from + c * filters + o;
            S *w = (S *)to + (o * channels + c) * 9;
            LANES half[3][6];
            for (int k = 0; k < 3; k++)
                for (int j = 0; j < 6; j++) {
                    LANES sum = {0};
                    for (int i = 0; i < 6; i++) sum += (S)NAME(winograd_g)[i][k] * *(const LANES *)(u + (6 * i + j) * pairs);
                    half[k][j] = sum;
                }
            for (int k = 0; k < 3; k++)
                for (int l = 0; l < 3; l++) {
                    LANES sum = {0};
                    for (int j = 0; j < 6; j++) sum += (S)NAME(winograd_g)[j][l] * half[k][j];
                    for (int n = 0; n < 16; n++) w[n * channels * 9 + 3 * k + l] = sum[n];
                }
        }
    }
}
#undef LANES
#undef TILE
