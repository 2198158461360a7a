// The loops compiled for avx2.
#include <math.h>
#include <string.h>
#include "CKernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi2"))), apply_to = function)
#define SET(x) x##_avx2
#include "Template/kernels.h"
#pragma clang attribute pop
#endif
