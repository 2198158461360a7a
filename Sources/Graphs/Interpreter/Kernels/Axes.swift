// Loops along one axis: the first largest entry, the chosen entry and its transpose, winners, softmax and log-sum-exp.

import Tensors

/// Calls `body` for each line along `axis`: its number in the reduced shape, and the offset of its entry k as first + k · step.
private func forEachLine<S>(_ u: Tensor<S>, axis: Int, _ body: (_ line: Int, _ first: Int, _ step: Int) -> Void) {
    let (before, after) = (Array(u.shape[..<axis]).elementCount, Array(u.shape[(axis + 1)...]).elementCount)
    for outer in 0..<before {
        for inner in 0..<after { body(outer * after + inner, outer * u.shape[axis] * after + inner, after) }
    }
}

func findLargest<S: Scalar>(along axis: Int, _ u: Tensor<S>, shape: Shape) -> Code {
    var code = [Int32](repeating: 0, count: shape.elementCount)
    let x = u.elements
    forEachLine(u, axis: axis) { line, first, step in
        var best = 0
        for k in 1..<u.shape[axis] where x[first + k * step] > x[first + best * step] { best = k }
        code[line] = Int32(best)
    }
    return Code(shape: shape, elements: code)
}

func pickEntry<S: Scalar>(along axis: Int, _ u: Tensor<S>, _ code: Code) -> Tensor<S> {
    var picked = [S](repeating: 0, count: code.count)
    forEachLine(u, axis: axis) { line, first, step in picked[line] = u.elements[first + Int(code.elements[line]) * step] }
    return Tensor(shape: code.shape, elements: picked)
}

func placeEntry<S: Scalar>(along axis: Int, _ v: Tensor<S>, _ code: Code, shape: Shape) -> Tensor<S> {
    let zeros = Tensor<S>(repeating: 0, shape: shape)
    var placed = zeros.elements
    forEachLine(zeros, axis: axis) { line, first, step in placed[first + Int(code.elements[line]) * step] = v.elements[line] }
    return Tensor(shape: shape, elements: placed)
}

func findWinners<S: Scalar>(along axis: Int, _ count: Int, _ u: Tensor<S>) -> Code {
    var code = [Int32](repeating: 0, count: u.count)
    let x = u.elements
    forEachLine(u, axis: axis) { _, first, step in
        let order = (0..<u.shape[axis]).sorted {
            let (left, right) = (x[first + $0 * step], x[first + $1 * step])
            return left == right ? $0 < $1 : left > right
        }
        for k in order.prefix(count) { code[first + k * step] = 1 }
    }
    return Code(shape: u.shape, elements: code)
}

func normalisedExponentials<S: Scalar>(_ u: Tensor<S>, axis: Int) -> Tensor<S> {
    var result = u.elements
    forEachLine(u, axis: axis) { _, first, step in
        let line = (0..<u.shape[axis]).map { u.elements[first + $0 * step] }
        let shift = line.max() ?? 0
        let exponentials = line.map { S.exponential($0 - shift) }
        let total = exponentials.reduce(0, +)
        for (k, value) in exponentials.enumerated() { result[first + k * step] = value / total }
    }
    return Tensor(shape: u.shape, elements: result)
}

func logOfSummedExponentials<S: Scalar>(_ u: Tensor<S>, axis: Int, shape: Shape) -> Tensor<S> {
    var result = [S](repeating: 0, count: shape.elementCount)
    forEachLine(u, axis: axis) { lineIndex, first, step in
        let line = (0..<u.shape[axis]).map { u.elements[first + $0 * step] }
        let largest = line.max() ?? -.infinity
        let shift = largest.isFinite ? largest : 0
        result[lineIndex] = shift + S.logarithm(line.reduce(0) { $0 + S.exponential($1 - shift) })
    }
    return Tensor(shape: shape, elements: result)
}
