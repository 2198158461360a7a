// The loops compiled for what every machine of the architecture has.
#include <math.h>
#include <string.h>
#include "CKernels.h"
#define SET(x) x##_plain
#include "Template/kernels.h"
