// The hot loops of the tiled planar partition (Sources/Partitions/Tiles). A vertex has a row of numbers [columns … | candidates …]; a
// matrix of units is stored column by column, the units of one column side by side. Strides, units and widths are multiples of 8.
#pragma once
#include <stdint.h>

typedef struct {
    // A bit for each candidate that is positive at the vertex.
    uint64_t positive;
    // How far the vertex may be from where it is exactly, and from the lines that cross in it.
    double displacement, offset;
    // How many interpolations, one after the other, made the row.
    int64_t generation;
} maso_partition_vertex;

typedef struct {
    // Candidates certainly positive somewhere, certainly positive everywhere, and of unknown sign somewhere.
    uint64_t any, all, doubtful;
} maso_partition_signs;

// What is known of columns over all rows: with X, Y the distances of a row's place from the middle of all places, at most half_width and
// half_height, an entry is tilt_x X + tilt_y Y + something within radius of middle.
typedef struct {
    const double *tilt_x, *tilt_y, *middle, *radius, *size, *base, *slope;
    double half_width, half_height;
} maso_partition_columns;

typedef struct {
    double *middle, *radius, *magnitude, *base, *slope;
} maso_partition_bounds;

// z (count × width, width at most 64) = the first `columns` numbers of each row times `m` (columns × width). A value is positive above
// its reach base[c] + slope[c] · displacement, negative below minus that, else doubtful; `positive` has for each vertex a bit for each
// candidate that is positive there.
maso_partition_signs maso_partition_evaluate(
    const double *rows, const maso_partition_vertex *vertices, long count, long stride, long columns, long width, const double *m,
    const double *base, const double *slope, double *z, uint64_t *positive);

// Puts the chosen ones of z into the rows from `first` on, then zeros up to a multiple of 8; and their positive bits into the vertices.
void maso_partition_place(
    double *rows, maso_partition_vertex *vertices, long count, long stride, const double *z, long width, const uint64_t *positive,
    const int32_t *which, long chosen, long first);

// The rows with another stride: their first `columns` numbers, then zeros up to `first`.
void maso_partition_spread(const double *rows, long count, long stride, long columns, double *out, long out_stride, long first);

// Row w = p + tau (q − p): its first 8 numbers and those from `begin` (a multiple of 8) to `width`.
void maso_partition_interpolate(const double *p, const double *q, double *w, long width, long begin, double tau);

// The positive parts of `width` numbers from `first` on in every row.
void maso_partition_hinge(double *rows, long count, long stride, long first, long width);

// The plane that fits every column best, by least squares over every `step`th row: its slopes along numbers 1 and 2 of a row.
void maso_partition_tilts(
    const double *rows, long count, long stride, long width, long step, double x, double y, double *tilt_x, double *tilt_y);

// Smallest and largest, for each of `width` numbers over `count` rows, of what it has beyond tilt_x · (row[1] − x) + tilt_y · (row[2] − y),
// and its largest magnitude.
void maso_partition_ranges(
    const double *rows, long count, long stride, long width, double x, double y, const double *tilt_x, const double *tilt_y,
    double *low, double *high, double *size);

// For each row a bit for each of its first `width` numbers, at most 64, that is positive.
void maso_partition_positive(const double *rows, long count, long stride, long width, uint64_t *bits);

// Copies some rows, and of their first `width` numbers, a multiple of 8, those whose bits are set in `columns`, each byte standing for
// eight; then eight zeros: so rows of out_stride numbers have those that are kept and zeros up to a multiple of 8, and `out` must have room for
// eight more.
void maso_partition_gather(
    const double *rows, long stride, const int32_t *vertices, long count, const uint8_t *columns, long width, double *out,
    long out_stride);

// For each unit Σ_j w_j middle_j, and so on; to the radius comes what the tilts make together.
void maso_partition_bound(
    const double *matrix, long units, long columns, maso_partition_columns of, maso_partition_bounds out);

// out[0 ..< n] += a · in[0 ..< n], or a · |in|.
void maso_partition_add(double *out, const double *in, long n, double a);
void maso_partition_add_magnitude(double *out, const double *in, long n, double a);

// out (rows × n) += in (rows × stride) · weights (stride × n), over the `inner` columns of `in` that `which` lists. Products are added up
// by chunks of so many: that keeps the error small, and a chunk's weights in the first cache.
enum { maso_partition_chunk = 64 };
void maso_partition_multiply(
    double *out, const double *weights, const double *in, long stride, const int32_t *which, long inner, long rows, long n);

// rows (units × width) = the transposed of data (columns × stride).
void maso_partition_transpose(const double *data, long stride, long columns, long units, double *rows, long width);

// out (columns × stride) += the transposed of M · rows, for a sparse M of `count` rows; eta += |M| · errors.
void maso_partition_multiply_sparse(
    double *out, long stride, long columns, double *eta, long count, const long *starts, const int32_t *indices,
    const double *weights, const double *rows, long width, const double *errors);

// A column of a matrix: `count` entries, in the rows first + rows[k], with the weights from weights[k] on.
typedef struct {
    int64_t count, first, rows, weights;
} maso_partition_column;

// Rows of 8 numbers: out[r] += w · values[i] for every entry (r, w) of column units[i]. With `magnitudes` the last of the 8 is multiplied by
// |w| instead.
void maso_partition_add_columns(
    double *out, const maso_partition_column *columns, const int32_t *rows, const double *weights, const int32_t *units,
    const double *values, long count, long magnitudes);

// Takes the rows of 8 numbers that are not all 0 out of `count` ones, leaving zeros: their indices and numbers. radius[r] grows by the sum
// of |row[k]| · ranges[k]. Returns how many there are.
long maso_partition_collect(double *rows, long count, const double *ranges, double *radius, int32_t *units, double *values);

// hi + lo += w · (h + l), compensated: products and sums of the high parts are exact with what they leave over, which goes to lo.
// size += |w| · m + 2^-900, rounded.
void maso_partition_add_long(double *hi, double *lo, double *size, const double *w, long n, double h, double l, double m);

// out[i] = in[i] · factors[i].
void maso_partition_scale(double *out, const double *in, long n, const double *factors);

// Σ |in[j]| · sizes[j].
double maso_partition_sum_magnitudes(const double *in, const double *sizes, long n);

// out[r] = Σ_j weights[which[j] · stride + r] · in[which[j]], reduced to less than 2^43, for numbers below 2^bits modulo 2^bits − gap.
void maso_partition_residues(
    uint64_t *out, const uint32_t *weights, long stride, const uint32_t *in, const int32_t *which, long count, uint64_t bits,
    uint64_t gap);

// Rows of 8 numbers: out[r] += w · values[i] for every entry (r, w) of column units[i], congruent modulo 2^bits − gap and not reduced.
void maso_partition_add_residue_columns(
    uint64_t *out, const maso_partition_column *columns, const int32_t *rows, const uint32_t *weights, const int32_t *units,
    const uint32_t *values, long count, uint64_t bits, uint64_t gap);

// Takes the rows of 8 numbers that are not all 0 modulo 2^bits − gap out of `count` ones, leaving zeros: their indices and residues.
// `values` has room for one row more. Returns how many there are.
long maso_partition_collect_residues(uint64_t *rows, long count, uint64_t bits, uint64_t gap, int32_t *units, uint32_t *values);
