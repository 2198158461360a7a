// The hot loops of the tiled planar partition (Sources/Partitions/Tiles): rows of vertices, each [columns … | candidates …].
#pragma once
#include <stdint.h>

// For each of `count` rows of `stride` numbers, the first `columns` of which are known: writes at `first` the products with the
// `columns` × `width` matrix `m` (width a multiple of 8), and in `positive` a bit for each product above its reach
// base[c] + kappa[row] * scale[c]. Returns a bit for each product within the reach of 0 in some row.
uint64_t maso_partition_evaluate(
    double *rows, long count, long stride, long columns, long first, long width, const double *m, const double *base,
    const double *scale, const double *kappa, uint64_t *positive);

// Row `w` becomes p + tau (q - p), all `stride` numbers.
void maso_partition_interpolate(const double *p, const double *q, double *w, long stride, double tau);

// Bits of the `width` numbers at z above base + kappa * scale (result) and within reach of 0 (in `doubtful`).
uint64_t maso_partition_signs(
    const double *z, long width, const double *base, const double *scale, double kappa, uint64_t *doubtful);

// out[0 ..< n] += a * in[0 ..< n], both padded to a multiple of 8.
void maso_partition_add(double *out, const double *in, long n, double a);

// out (rows × n) += weights · in over the rows of `in` (n numbers each) that `which` lists: weight r, k is weights[r * stride + which[k]];
// n a multiple of 8.
void maso_partition_multiply(
    double *out, const double *weights, long stride, const double *in, const int32_t *which, long rows, long inner, long n);

// Largest and smallest of each of `width` numbers over `count` rows; width a multiple of 8.
void maso_partition_ranges(const double *rows, long count, long stride, long width, double *low, double *high);
