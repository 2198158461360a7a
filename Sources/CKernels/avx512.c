// The loops compiled for avx512.
#include <math.h>
#include <string.h>
#include "CKernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2,avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#define SET(x) x##_avx512
#include "Template/kernels.h"
#pragma clang attribute pop
#endif
