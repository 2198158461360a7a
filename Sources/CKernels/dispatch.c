// The choice of an instruction set, and the loops that do no arithmetic.
#include <string.h>
#include "CKernels.h"

extern const maso_kernels maso_kernels_float_plain, maso_kernels_double_plain;

#if defined(__x86_64__)
extern const maso_kernels maso_kernels_float_avx2, maso_kernels_double_avx2, maso_kernels_float_avx512, maso_kernels_double_avx512;

maso_instruction_set maso_widest_instruction_set(void) {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
        return maso_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) return maso_avx2;
    return maso_plain;
}

const maso_kernels *maso_float_kernels(maso_instruction_set set) {
    return set == maso_avx512 ? &maso_kernels_float_avx512 : set == maso_avx2 ? &maso_kernels_float_avx2 : &maso_kernels_float_plain;
}

const maso_kernels *maso_double_kernels(maso_instruction_set set) {
    return set == maso_avx512 ? &maso_kernels_double_avx512 : set == maso_avx2 ? &maso_kernels_double_avx2 : &maso_kernels_double_plain;
}
#else
maso_instruction_set maso_widest_instruction_set(void) { return maso_plain; }
const maso_kernels *maso_float_kernels(maso_instruction_set set) { return &maso_kernels_float_plain; }
const maso_kernels *maso_double_kernels(maso_instruction_set set) { return &maso_kernels_double_plain; }
#endif

#define COPY_AXIS(TYPE) \
    static void copy_axis_##TYPE(const maso_walk *walk, int32_t axis, const TYPE *from, TYPE *to) { \
        const int64_t n = walk->counts[axis], a = walk->from[axis], b = walk->to[axis]; \
        if (axis + 1 < walk->rank) { \
            for (int64_t i = 0; i < n; i++) copy_axis_##TYPE(walk, axis + 1, from + i * a, to + i * b); \
        } else if (a == 1 && b == 1) { \
            memcpy(to, from, n * sizeof(TYPE)); \
        } else if (a == 0) { \
            const TYPE value = *from; \
            for (int64_t i = 0; i < n; i++) to[i * b] = value; \
        } else { \
            for (int64_t i = 0; i < n; i++) to[i * b] = from[i * a]; \
        } \
    }
COPY_AXIS(uint8_t)
COPY_AXIS(uint32_t)
COPY_AXIS(uint64_t)

void maso_copy_elements(const maso_walk *walk, const void *from, void *to, int32_t size) {
    switch (size) {
    case 1: copy_axis_uint8_t(walk, 0, from, to); break;
    case 4: copy_axis_uint32_t(walk, 0, from, to); break;
    case 8: copy_axis_uint64_t(walk, 0, from, to); break;
    }
}

void maso_narrow_codes(const int32_t *from, uint8_t *to, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = (uint8_t)from[i];
}

void maso_widen_codes(const uint8_t *from, int32_t *to, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = from[i];
}
