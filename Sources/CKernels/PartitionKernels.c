// Each kernel is compiled for every instruction set that x86-64 may have and chosen once, when the program is loaded; elsewhere vectors
// of eight doubles become what the target has (NEON: four pairs).
#include "PartitionKernels.h"
#include <stdbool.h>
#include <string.h>

#pragma clang diagnostic ignored "-Wpsabi"  // vectors are passed between functions of one file only, all inlined
typedef double v8 __attribute__((vector_size(64)));
typedef int64_t m8 __attribute__((vector_size(64)));
typedef bool b8 __attribute__((ext_vector_type(8)));
typedef uint64_t u8x __attribute__((vector_size(64)));
typedef uint32_t w8x __attribute__((vector_size(32)));

// The bits of `word` where `mask` has some, side by side.
static inline uint64_t extract(uint64_t word, uint64_t mask) {
    uint64_t result = 0;
    for (int i = 0; mask != 0; mask &= mask - 1, i++) result |= (word >> __builtin_ctzll(mask) & 1) << i;
    return result;
}

// The lanes of `x` where `mask` has bits, side by side, then zeros.
static inline v8 compress(v8 x, uint8_t mask) {
    v8 result = {0};
    for (int i = 0; mask != 0; mask &= mask - 1, i++) result[i] = x[__builtin_ctz(mask)];
    return result;
}

#define EXTRACT(word, mask) extract(word, mask)
#define COMPRESS(x, mask) compress(x, mask)
#define NAME(f) f##_plain
#include "Template/partition.h"
#undef NAME
#undef EXTRACT

#if defined(__x86_64__)
#define EXTRACT(word, mask) __builtin_ia32_pext_di(word, mask)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#define NAME(f) f##_avx2
#include "Template/partition.h"
#undef NAME
#undef COMPRESS
#pragma clang attribute pop

#define COMPRESS(x, mask) (v8)__builtin_ia32_compressdf512_mask(x, (v8){0}, mask)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,bmi2"))), apply_to = function)
#define NAME(f) f##_avx512
#include "Template/partition.h"
#undef NAME
#pragma clang attribute pop
#endif

// F(result, name, parameters, arguments)
#define KERNELS(F) \
    F(maso_partition_signs, evaluate, \
      (const double *rows, const maso_partition_vertex *vertices, long count, long stride, long columns, long width, const double *m, \
       const double *base, const double *slope, double *z, uint64_t *positive), \
      (rows, vertices, count, stride, columns, width, m, base, slope, z, positive)) \
    F(void, place, \
      (double *rows, maso_partition_vertex *vertices, long count, long stride, const double *z, long width, const uint64_t *positive, \
       const int32_t *which, long chosen, long first), \
      (rows, vertices, count, stride, z, width, positive, which, chosen, first)) \
    F(void, spread, (const double *rows, long count, long stride, long columns, double *out, long out_stride, long first), \
      (rows, count, stride, columns, out, out_stride, first)) \
    F(void, interpolate, (const double *p, const double *q, double *w, long width, long begin, double tau), \
      (p, q, w, width, begin, tau)) \
    F(void, hinge, (double *rows, long count, long stride, long first, long width), (rows, count, stride, first, width)) \
    F(void, tilts, \
      (const double *rows, long count, long stride, long width, long step, double x, double y, double *tilt_x, double *tilt_y), \
      (rows, count, stride, width, step, x, y, tilt_x, tilt_y)) \
    F(void, ranges, \
      (const double *rows, long count, long stride, long width, double x, double y, const double *tilt_x, const double *tilt_y, \
       double *low, double *high, double *size), \
      (rows, count, stride, width, x, y, tilt_x, tilt_y, low, high, size)) \
    F(void, positive, (const double *rows, long count, long stride, long width, uint64_t *bits), (rows, count, stride, width, bits)) \
    F(void, gather, \
      (const double *rows, long stride, const int32_t *vertices, long count, const uint8_t *columns, long width, double *out, \
       long out_stride), \
      (rows, stride, vertices, count, columns, width, out, out_stride)) \
    F(void, bound, \
      (const double *matrix, long units, long columns, maso_partition_columns of, maso_partition_bounds out), \
      (matrix, units, columns, of, out)) \
    F(void, add, (double *out, const double *in, long n, double a), (out, in, n, a)) \
    F(void, add_magnitude, (double *out, const double *in, long n, double a), (out, in, n, a)) \
    F(void, multiply, \
      (double *out, const double *weights, const double *in, long stride, const int32_t *which, long inner, long rows, long n), \
      (out, weights, in, stride, which, inner, rows, n)) \
    F(void, transpose, (const double *data, long stride, long columns, long units, double *rows, long width), \
      (data, stride, columns, units, rows, width)) \
    F(void, multiply_sparse, \
      (double *out, long stride, long columns, double *eta, long count, const long *starts, const int32_t *indices, \
       const double *weights, const double *rows, long width, const double *errors), \
      (out, stride, columns, eta, count, starts, indices, weights, rows, width, errors)) \
    F(void, add_columns, \
      (double *out, const maso_partition_column *columns, const int32_t *rows, const double *weights, const int32_t *units, \
       const double *values, long count, long magnitudes), \
      (out, columns, rows, weights, units, values, count, magnitudes)) \
    F(long, collect, (double *rows, long count, const double *ranges, double *radius, int32_t *units, double *values), \
      (rows, count, ranges, radius, units, values)) \
    F(void, add_long, (double *hi, double *lo, double *size, const double *w, long n, double h, double l, double m), \
      (hi, lo, size, w, n, h, l, m)) \
    F(void, scale, (double *out, const double *in, long n, const double *factors), (out, in, n, factors)) \
    F(double, sum_magnitudes, (const double *in, const double *sizes, long n), (in, sizes, n)) \
    F(void, residues, \
      (uint64_t *out, const uint32_t *weights, long stride, const uint32_t *in, const int32_t *which, long count, uint64_t bits, \
       uint64_t gap), \
      (out, weights, stride, in, which, count, bits, gap)) \
    F(void, add_residue_columns, \
      (uint64_t *out, const maso_partition_column *columns, const int32_t *rows, const uint32_t *weights, const int32_t *units, \
       const uint32_t *values, long count, uint64_t bits, uint64_t gap), \
      (out, columns, rows, weights, units, values, count, bits, gap)) \
    F(long, collect_residues, (uint64_t *rows, long count, uint64_t bits, uint64_t gap, int32_t *units, uint32_t *values), \
      (rows, count, bits, gap, units, values))

#define SLOT(result, name, parameters, arguments) static __typeof__(name##_plain) *name = name##_plain;
KERNELS(SLOT)

#define ENTRY(result, name, parameters, arguments) \
    result maso_partition_##name parameters { return name arguments; }
KERNELS(ENTRY)

#if defined(__x86_64__)
#define USE_AVX2(result, name, parameters, arguments) name = name##_avx2;
#define USE_AVX512(result, name, parameters, arguments) name = name##_avx512;

__attribute__((constructor)) static void choose(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("bmi2")) return;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw")) {
        KERNELS(USE_AVX512)
    } else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        KERNELS(USE_AVX2)
    }
}
#endif
