// Loops of the bilinear primitives, in the order of their formulas.

import Tensors

/// z[s, i, j] = Σ_k left[s, i, k] · right[s, k, j], each operand transposed where asked.
func multiplyMatrices<S: Scalar>(
    _ left: Tensor<S>, _ right: Tensor<S>, transposeLeft: Bool, transposeRight: Bool, shape: Shape
) -> Tensor<S> {
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let inner = transposeLeft ? left.shape[shape.count - 2] : left.shape[shape.count - 1]
    let (leftRow, leftInner) = transposeLeft ? (1, rows) : (inner, 1)
    let (rightInner, rightColumn) = transposeRight ? (1, inner) : (columns, 1)
    var product = [S](repeating: 0, count: shape.elementCount)
    let (a, b) = (left.elements, right.elements)
    for stack in 0..<shape.dropLast(2).reduce(1, *) {
        for row in 0..<rows {
            for k in 0..<inner {
                let factor = a[stack * rows * inner + row * leftRow + k * leftInner]
                for column in 0..<columns {
                    product[(stack * rows + row) * columns + column] +=
                        factor * b[stack * inner * columns + k * rightInner + column * rightColumn]
                }
            }
        }
    }
    return Tensor(shape: shape, elements: product)
}

/// Calls `body` for each term of the trilinear form: offsets into x, w and y.
@inline(__always)
private func forEachTerm(_ convolution: Convolution, batch: Int, channels: Int, filters: Int, _ body: (Int, Int, Int) -> Void) {
    let (window, groups) = (convolution.window, convolution.groups)
    let incidence = window.incidence
    let (inputs, places, outputs) = (window.inputSize.elementCount, window.placeCount, window.outputSize.elementCount)
    let (channelsInGroup, filtersInGroup) = (channels / groups, filters / groups)
    for n in 0..<batch {
        for o in 0..<filters {
            let firstChannel = o / filtersInGroup * channelsInGroup
            for c in 0..<channelsInGroup {
                let (x, w, y) = (
                    (n * channels + firstChannel + c) * inputs, (o * channelsInGroup + c) * places, (n * filters + o) * outputs
                )
                for p in 0..<outputs {
                    for i in incidence.starts[p]..<incidence.starts[p + 1] {
                        body(x + Int(incidence.inputs[i]), w + Int(incidence.places[i]), y + p)
                    }
                }
            }
        }
    }
}

func convolve<S: Scalar>(_ convolution: Convolution, input: Tensor<S>, weight: Tensor<S>, shape: Shape) -> Tensor<S> {
    var output = [S](repeating: 0, count: shape.elementCount)
    let (x, w) = (input.elements, weight.elements)
    forEachTerm(convolution, batch: shape[0], channels: input.shape[1], filters: shape[1]) { output[$2] += x[$0] * w[$1] }
    return Tensor(shape: shape, elements: output)
}

func convolveTransposed<S: Scalar>(_ convolution: Convolution, weight: Tensor<S>, output: Tensor<S>, shape: Shape) -> Tensor<S> {
    var input = [S](repeating: 0, count: shape.elementCount)
    let (w, y) = (weight.elements, output.elements)
    forEachTerm(convolution, batch: shape[0], channels: shape[1], filters: output.shape[1]) { input[$0] += w[$1] * y[$2] }
    return Tensor(shape: shape, elements: input)
}

func convolveWeight<S: Scalar>(_ convolution: Convolution, input: Tensor<S>, output: Tensor<S>, shape: Shape) -> Tensor<S> {
    var weight = [S](repeating: 0, count: shape.elementCount)
    let (x, y) = (input.elements, output.elements)
    forEachTerm(convolution, batch: input.shape[0], channels: input.shape[1], filters: shape[0]) { weight[$1] += x[$0] * y[$2] }
    return Tensor(shape: shape, elements: weight)
}
