// A window with stride 1 seen from the other side: its outputs as inputs.

import Graphs

extension SlidingWindow {
    /// The window through which the outputs see the inputs, places in reverse; `nil` where strides or paddings allow none.
    var swapped: SlidingWindow? {
        guard strides.allSatisfy({ $0 == 1 }) else { return nil }
        let reach = zip(dilations, kernelSize).map { $0 * ($1 - 1) }
        return try? SlidingWindow(
            inputSize: outputSize, kernelSize: kernelSize, dilations: dilations, paddingLow: zip(reach, paddingLow).map { $0 - $1 },
            paddingHigh: zip(reach, paddingHigh).map { $0 - $1 })
    }
}
