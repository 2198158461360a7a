// The loops for one instruction set: include with SET(name) giving the suffixed name. No include guard: the templates are meant to
// be included again for each scalar.

// Loops of library functions stay scalar, which is no cause for a warning.
#pragma clang diagnostic ignored "-Wpass-failed"

#define S float
#define NAME(x) SET(x##_float)
#define EXP expf
#define LOG logf
#define SQRT sqrtf
#define ERF erff
#define TANH tanhf
#define LOG1P log1pf
#define POW powf
#include "scalar.h"
#undef S
#undef NAME
#undef EXP
#undef LOG
#undef SQRT
#undef ERF
#undef TANH
#undef LOG1P
#undef POW

#define S double
#define NAME(x) SET(x##_double)
#define EXP exp
#define LOG log
#define SQRT sqrt
#define ERF erf
#define TANH tanh
#define LOG1P log1p
#define POW pow
#include "scalar.h"
