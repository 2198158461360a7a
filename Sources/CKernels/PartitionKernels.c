// Each kernel is compiled for every instruction set that x86-64 may have and chosen once, when the program is loaded; elsewhere vectors
// of eight doubles become what the target has (NEON: four pairs).
#include "PartitionKernels.h"
#include <string.h>

#pragma clang diagnostic ignored "-Wpsabi"  // vectors are passed between functions of one file only, all inlined
typedef double v8 __attribute__((vector_size(64)));
typedef int64_t m8 __attribute__((vector_size(64)));

#define NAME(f) f##_plain
#include "Template/partition.h"
#undef NAME

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(f) f##_avx2
#include "Template/partition.h"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma"))), apply_to = function)
#define NAME(f) f##_avx512
#include "Template/partition.h"
#undef NAME
#pragma clang attribute pop
#endif

static __typeof__(evaluate_plain) *evaluate = evaluate_plain;
static __typeof__(interpolate_plain) *interpolate = interpolate_plain;
static __typeof__(sign_bits_plain) *sign_bits = sign_bits_plain;
static __typeof__(add_plain) *add = add_plain;
static __typeof__(multiply_plain) *multiply = multiply_plain;
static __typeof__(ranges_plain) *ranges = ranges_plain;

#if defined(__x86_64__)
__attribute__((constructor)) static void choose(void) {
    __builtin_cpu_init();
#define USE(suffix) \
    (evaluate = evaluate_##suffix, interpolate = interpolate_##suffix, sign_bits = sign_bits_##suffix, add = add_##suffix, \
     multiply = multiply_##suffix, ranges = ranges_##suffix)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512bw"))
        USE(avx512);
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        USE(avx2);
}
#endif

uint64_t maso_partition_evaluate(
    double *rows, long count, long stride, long columns, long first, long width, const double *m, const double *base,
    const double *scale, const double *kappa, uint64_t *positive) {
    return evaluate(rows, count, stride, columns, first, width, m, base, scale, kappa, positive);
}

void maso_partition_interpolate(const double *p, const double *q, double *w, long stride, double tau) {
    interpolate(p, q, w, stride, tau);
}

uint64_t maso_partition_signs(
    const double *z, long width, const double *base, const double *scale, double kappa, uint64_t *doubtful) {
    return sign_bits(z, width, base, scale, kappa, doubtful);
}

void maso_partition_add(double *out, const double *in, long n, double a) { add(out, in, n, a); }

void maso_partition_multiply(
    double *out, const double *weights, long stride, const double *in, const int32_t *which, long rows, long inner, long n) {
    multiply(out, weights, stride, in, which, rows, inner, n);
}

void maso_partition_ranges(const double *rows, long count, long stride, long width, double *low, double *high) {
    ranges(rows, count, stride, width, low, high);
}
