// All loops of one scalar, and their table.
#include "loop.h"
#include "windows.h"
#include "axes.h"
#include "rearrangement.h"
#include "winograd.h"

const maso_kernels NAME(maso_kernels) = {
    .loop = NAME(loop),
    .largest_in_window = NAME(largest_in_window),
    .pick_in_window = NAME(pick_in_window),
    .place_in_window = NAME(place_in_window),
    .sum_windows = NAME(sum_windows),
    .largest_along_axis = NAME(largest_along_axis),
    .pick_along_axis = NAME(pick_along_axis),
    .place_along_axis = NAME(place_along_axis),
    .winners_along_axis = NAME(winners_along_axis),
    .softmax = NAME(softmax),
    .log_sum_exp = NAME(log_sum_exp),
    .accumulate = NAME(accumulate),
    .unfold = NAME(unfold),
    .fold = NAME(fold),
    .add_segments = NAME(add_segments),
    .winograd_input = NAME(winograd_input),
    .winograd_output = NAME(winograd_output),
    .winograd_spread = NAME(winograd_spread),
    .winograd_weight = NAME(winograd_weight),
    .winograd_weight_gradient = NAME(winograd_weight_gradient),
};
#undef EACH
#undef PIECE
#undef RUNS
#undef CODES
