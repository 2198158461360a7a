// Loops over windows, plane by plane: sums, the first largest entry, the chosen entry, and the transposes.

import Tensors

/// Calls `body` for each window of each plane: the plane's offsets in input and output, the output position, and its incidence range.
private func forEachWindow(_ window: SlidingWindow, _ incidence: Incidence, planes: Int, _ body: (Int, Int, Range<Int>) -> Void) {
    let (inputs, outputs) = (window.inputSize.elementCount, window.outputSize.elementCount)
    for plane in 0..<planes {
        for p in 0..<outputs { body(plane * inputs, plane * outputs + p, incidence.starts[p]..<incidence.starts[p + 1]) }
    }
}

func sumWindows<S: Scalar>(_ window: SlidingWindow, _ u: Tensor<S>, shape: Shape) -> Tensor<S> {
    var sums = [S](repeating: 0, count: shape.elementCount)
    let (x, incidence) = (u.elements, window.incidence)
    forEachWindow(window, incidence, planes: shape[0] * shape[1]) { input, output, range in
        for i in range { sums[output] += x[input + Int(incidence.inputs[i])] }
    }
    return Tensor(shape: shape, elements: sums)
}

func spreadWindows<S: Scalar>(_ window: SlidingWindow, _ v: Tensor<S>, shape: Shape) -> Tensor<S> {
    var sums = [S](repeating: 0, count: shape.elementCount)
    let (y, incidence) = (v.elements, window.incidence)
    forEachWindow(window, incidence, planes: shape[0] * shape[1]) { input, output, range in
        for i in range { sums[input + Int(incidence.inputs[i])] += y[output] }
    }
    return Tensor(shape: shape, elements: sums)
}

func findLargest<S: Scalar>(in window: SlidingWindow, _ u: Tensor<S>, shape: Shape) -> Code {
    var code = [Int32](repeating: 0, count: shape.elementCount)
    let (x, incidence) = (u.elements, window.incidence)
    forEachWindow(window, incidence, planes: shape[0] * shape[1]) { input, output, range in
        var best = range.lowerBound
        for i in range.dropFirst() where x[input + Int(incidence.inputs[i])] > x[input + Int(incidence.inputs[best])] { best = i }
        code[output] = incidence.places[best]
    }
    return Code(shape: shape, elements: code)
}

/// The incidence entry that a code names; a place in the padding is a code from outside that fits no input, and reads 0.
private func chosen(_ place: Int32, _ range: Range<Int>, _ incidence: Incidence) -> Int? {
    range.first { incidence.places[$0] == place }
}

func pickInWindow<S: Scalar>(_ window: SlidingWindow, _ u: Tensor<S>, _ code: Code) -> Tensor<S> {
    var picked = [S](repeating: 0, count: code.count)
    let (x, places, incidence) = (u.elements, code.elements, window.incidence)
    forEachWindow(window, incidence, planes: code.shape[0] * code.shape[1]) { input, output, range in
        if let i = chosen(places[output], range, incidence) { picked[output] = x[input + Int(incidence.inputs[i])] }
    }
    return Tensor(shape: code.shape, elements: picked)
}

func placeInWindow<S: Scalar>(_ window: SlidingWindow, _ v: Tensor<S>, _ code: Code, shape: Shape) -> Tensor<S> {
    var placed = [S](repeating: 0, count: shape.elementCount)
    let (y, places, incidence) = (v.elements, code.elements, window.incidence)
    forEachWindow(window, incidence, planes: code.shape[0] * code.shape[1]) { input, output, range in
        if let i = chosen(places[output], range, incidence) { placed[input + Int(incidence.inputs[i])] += y[output] }
    }
    return Tensor(shape: shape, elements: placed)
}
