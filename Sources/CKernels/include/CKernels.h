// The hot loops of the planned executor: plain C, compiled for several instruction sets, one of them chosen when the program runs.
// Every function allocates nothing; sizes count elements. Codes are one byte (`codeSize` 1) or Int32 (`codeSize` 4).
#pragma once
#include "PartitionKernels.h"
#include <stddef.h>
#include <stdint.h>

/// The instruction sets that the loops are compiled for, in ascending order. Plain means what the compiler takes for granted
/// (SSE2 on x86-64, NEON on arm64).
typedef enum { maso_plain = 0, maso_avx2 = 1, maso_avx512 = 2 } maso_instruction_set;

/// The widest instruction set that this machine runs.
maso_instruction_set maso_widest_instruction_set(void);

/// What an instruction of a fused loop computes, entry by entry.
typedef enum {
    maso_copy,
    maso_add,
    maso_subtract,
    maso_multiply,
    maso_divide,
    maso_affine,         // slope · a + offset
    maso_select,         // code of a among knots
    maso_apply,          // pieces[code b] of a
    maso_exponential,
    maso_logarithm,
    maso_square_root,
    maso_reciprocal,
    maso_error_function,
    maso_sigmoid,
    maso_tangent,
    maso_softplus,
    maso_power,
} maso_operation;

/// One instruction: registers[result] = operation(registers[a], registers[b]).
typedef struct {
    maso_operation operation;
    int32_t result, a, b;
    double slope, offset;    // affine; power: the exponent is the slope
    int32_t count;           // knots or pieces
    int32_t codeSize;        // of select and apply
    const double *first;     // knots, or slopes
    const double *second;    // 1 where the upper piece owns the knot, or offsets
} maso_instruction;

/// How a register finds its entries.
typedef enum {
    maso_direct,       // base advances with the tile: memory that has an entry for each of the loop's
    maso_scratch,      // base is a tile of scratch
    maso_periodic,     // entry i is base[i % period]; expanded into scratch once a run
    maso_expanded,     // entry i is base[i / (repeat · period) · period + i % period]; expanded into scratch for each tile
} maso_register_mode;

typedef struct {
    void *base;
    void *scratch;
    int64_t period, repeat;
    int32_t size;    // bytes an element
    maso_register_mode mode;
} maso_register;

/// destination[i / (repeat · period) · period + i % period] = Σ register's entry i
typedef struct {
    int32_t source;
    int32_t periodic;    // 1: `accumulators` holds a tile, and the tile is a multiple of the period
    int64_t period, repeat, count;    // count: entries of the destination
    void *destination, *accumulators;
} maso_sum;

/// A chain of entrywise nodes as one loop over tiles that stay in the first-level cache.
typedef struct {
    int64_t count, tile;
    int32_t registerCount, instructionCount, sumCount;
    maso_register *registers;    // at most maso_register_limit
    maso_instruction *instructions;
    maso_sum *sums;
} maso_loop;

enum { maso_register_limit = 64, maso_rank_limit = 16 };

/// Windows of a plane whose entries are `inner` channels: position p sees the entries `starts[p] ..< starts[p + 1]` of
/// (`places`, `positions`).
typedef struct {
    int64_t planes, inner, from, to;    // from, to: positions a plane has before and after
    const int32_t *starts, *places, *positions;
} maso_windows;

/// A stretch of neighbours along the last axis: to[to + i · stride] += from[from + i].
typedef struct {
    int32_t from, to, count;
} maso_segment;

/// An n-dimensional walk over two arrays. Strides count elements.
typedef struct {
    int32_t rank;
    int64_t counts[maso_rank_limit], to[maso_rank_limit], from[maso_rank_limit];
} maso_walk;

/// A convolution 3×3 with stride 1 in tiles of 4×4 outputs. Channels and filters are multiples of sixteen.
typedef struct {
    int64_t inputRows, inputColumns, outputRows, outputColumns, padRow, padColumn, tileRows, tileColumns;
    int64_t channels, filters;
    int64_t inputStep, outputStep;    // between the 36 matrices of transformed inputs, and of transformed outputs
} maso_winograd;

/// The loops of one scalar type for one instruction set.
typedef struct {
    void (*loop)(const maso_loop *loop);
    /// to = largest entry of each window, code = its place
    void (*largest_in_window)(const maso_windows *w, const void *from, void *to, void *code, int32_t codeSize);
    /// to = the entry that the code names
    void (*pick_in_window)(const maso_windows *w, const void *from, const void *code, void *to, int32_t codeSize);
    /// the transpose of pick: `w` lists for each position of the larger array the windows (positions) and places that see it
    void (*place_in_window)(const maso_windows *w, const void *from, const void *code, void *to, int32_t codeSize);
    /// to = scale · sum of each window; with the transposed lists, its transpose
    void (*sum_windows)(const maso_windows *w, const void *from, void *to, double scale);
    /// Along the middle of three axes: the first largest entry; `to` or `code` may be null.
    void (*largest_along_axis)(const void *from, void *to, void *code, int32_t codeSize, int64_t before, int64_t along, int64_t after);
    void (*pick_along_axis)(const void *from, const void *code, void *to, int32_t codeSize, int64_t before, int64_t along, int64_t after);
    void (*place_along_axis)(const void *from, const void *code, void *to, int32_t codeSize, int64_t before, int64_t along, int64_t after);
    /// 1 for the `winners` largest entries, 0 for the rest
    void (*winners_along_axis)(const void *from, void *code, int64_t winners, int64_t before, int64_t along, int64_t after);
    void (*softmax)(const void *from, void *to, int64_t before, int64_t along, int64_t after);
    void (*log_sum_exp)(const void *from, void *to, int64_t before, int64_t along, int64_t after);
    /// to[…] += from[…]
    void (*accumulate)(const maso_walk *walk, const void *from, void *to);
    /// rows p0 ..< p1 of the matrix whose row p holds, place by place, the channels that window p sees (zeros in the padding);
    /// `table` has a position or −1 for each (p, place); `stride` channels a position, `channels` of them taken
    void (*unfold)(const int32_t *table, int64_t p0, int64_t p1, int64_t places, const void *from, int64_t stride, int64_t channels, void *to);
    /// the transpose of unfold: adds to `to`
    void (*fold)(const int32_t *table, int64_t p0, int64_t p1, int64_t places, const void *from, int64_t stride, int64_t channels, void *to);
    /// Adds planes of windows' places to a plane, stretch by stretch.
    void (*add_segments)(const maso_segment *segments, int64_t count, int64_t stride, const void *from, void *to);
    /// Bᵀ x B of the tiles first ..< first + count; `zeros` holds as many zeros as there are channels.
    void (*winograd_input)(const maso_winograd *w, int64_t first, int64_t count, const void *from, const void *zeros, void *to);
    /// Aᵀ m A, plus the bias where there is one.
    void (*winograd_output)(const maso_winograd *w, int64_t first, int64_t count, const void *from, const void *bias, void *to);
    /// A y Aᵀ
    void (*winograd_spread)(const maso_winograd *w, int64_t first, int64_t count, const void *from, void *to);
    /// G w Gᵀ, w [filters, channels, 3, 3] to [36, channels, filters]; transposed: of the weight turned round, to [36, filters, channels].
    void (*winograd_weight)(const void *from, int64_t filters, int64_t channels, int32_t transposed, void *to);
    /// Gᵀ u G, u [36, channels, filters] to [filters, channels, 3, 3].
    void (*winograd_weight_gradient)(const void *from, int64_t filters, int64_t channels, void *to);
} maso_kernels;

/// The loops for `float` and `double`; an instruction set that was not compiled gives the plain ones.
const maso_kernels *maso_float_kernels(maso_instruction_set set);
const maso_kernels *maso_double_kernels(maso_instruction_set set);

/// to[…] = from[…] for elements of 1, 4 or 8 bytes.
void maso_copy_elements(const maso_walk *walk, const void *from, void *to, int32_t size);
/// Codes of Int32 to bytes and back.
void maso_narrow_codes(const int32_t *from, uint8_t *to, int64_t count);
void maso_widen_codes(const uint8_t *from, int32_t *to, int64_t count);
