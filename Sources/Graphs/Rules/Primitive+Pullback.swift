// Table 3: cotangents, graph to graph. A rule emits primitives, so its result can be differentiated again.

import Tensors

extension Primitive {
    /// The cotangents of the operands of `node`, which makes `y`, for a cotangent of y; `nil` where not `wanted` or always zero.
    func pullback(_ cotangent: Value, of y: Value, wanted: [Bool], in graph: inout Graph) -> [Value?] {
        let operands = graph[y].operands
        let shapes = operands.map { graph.shape($0) }
        func each(_ rules: (inout Graph) -> Value?...) -> [Value?] { zip(rules, wanted).map { $1 ? $0(&graph) : nil } }
        switch self {
        case .input, .constant, .fill, .select: return operands.map { _ in nil }
        case .matrixProduct(let left, let right):
            return each(
                {
                    left
                        ? $0.emit(.matrixProduct(transposeLeft: right, transposeRight: true), operands[1], cotangent)
                        : $0.emit(.matrixProduct(transposeLeft: false, transposeRight: !right), cotangent, operands[1])
                },
                {
                    right
                        ? $0.emit(.matrixProduct(transposeLeft: true, transposeRight: left), cotangent, operands[0])
                        : $0.emit(.matrixProduct(transposeLeft: !left, transposeRight: false), operands[0], cotangent)
                })
        case .convolution(let form):
            switch form.role {
            case .output:
                return each(
                    { $0.emit(.convolution(form.making(.input)), operands[1], cotangent) },
                    { $0.emit(.convolution(form.making(.weight)), operands[0], cotangent) })
            case .input:
                return each(
                    { $0.emit(.convolution(form.making(.weight)), cotangent, operands[1]) },
                    { $0.emit(.convolution(form.making(.output)), cotangent, operands[0]) })
            case .weight:
                return each(
                    { $0.emit(.convolution(form.making(.input)), cotangent, operands[1]) },
                    { $0.emit(.convolution(form.making(.output)), operands[0], cotangent) })
            }
        case .windowSum(let window, let transposed): return each({ $0.emit(.windowSum(window, transposed: !transposed), cotangent) })
        case .sum(let axes): return each({ $0.emit(.broadcast(axes: axes, shape: shapes[0]), cotangent) })
        case .broadcast(let axes, _): return each({ $0.emit(.sum(axes: axes), cotangent) })
        case .reshape: return each({ $0.emit(.reshape(shapes[0]), cotangent) })
        case .transpose(let order): return each({ $0.emit(.transpose(order.indices.map { order.firstIndex(of: $0)! }), cotangent) })
        case .pad(let padding):
            return each({
                $0.emit(.slice(Slice(starts: padding.low, counts: shapes[0], steps: padding.interior.map { $0 + 1 })), cotangent)
            })
        case .slice(let slice):
            if slice.counts.contains(0) { return [nil] }
            let high = shapes[0].indices.map { shapes[0][$0] - slice.starts[$0] - (slice.counts[$0] - 1) * slice.steps[$0] - 1 }
            return each({ $0.emit(.pad(Padding(low: slice.starts, high: high, interior: slice.steps.map { $0 - 1 })), cotangent) })
        case .concatenate(let axis):
            var start = 0
            return operands.indices.map { position in
                var starts = [Int](repeating: 0, count: shapes[0].count)
                starts[axis] = start
                start += shapes[position][axis]
                return wanted[position] ? graph.emit(.slice(Slice(starts: starts, counts: shapes[position])), cotangent) : nil
            }
        case .gather(let axis, let indices):
            return each({ $0.emit(.scatter(axis: axis, indices: indices, size: shapes[0][axis]), cotangent) })
        case .scatter(let axis, let indices, _): return each({ $0.emit(.gather(axis: axis, indices: indices), cotangent) })
        case .add: return each({ _ in cotangent }, { _ in cotangent })
        case .subtract: return each({ _ in cotangent }, { $0.emit(.affine(slope: -1, offset: 0), cotangent) })
        case .affine(let slope, _): return each({ slope == 0 ? nil : $0.emit(.affine(slope: slope, offset: 0), cotangent) })
        case .multiply: return each({ $0.emit(.multiply, cotangent, operands[1]) }, { $0.emit(.multiply, cotangent, operands[0]) })
        case .divide:
            return each(
                { $0.emit(.divide, cotangent, operands[1]) },
                { $0.emit(.affine(slope: -1, offset: 0), $0.emit(.multiply, $0.emit(.divide, cotangent, operands[1]), y)) })
        case .apply(let pieces):
            return each({ graph in pieces.linearPart.map { graph.emit(.apply($0), cotangent, operands[1]) } }, { _ in nil })
        case .pick(let choice, let transposed):
            return each({ $0.emit(.pick(choice, transposed: !transposed), cotangent, operands[1]) }, { _ in nil })
        case .smooth(let function):
            return each({ graph in function.slope(at: operands[0], value: y, in: &graph).map { graph.emit(.multiply, cotangent, $0) } })
        case .softmax(let axis): return each({ $0.softmaxDerivative(cotangent, softmax: y, axis: axis) })
        case .logSumExp(let axis):
            return each({
                let spread = $0.emit(.broadcast(axes: [axis], shape: shapes[0]), cotangent)
                return $0.emit(.multiply, spread, $0.emit(.softmax(axis: axis), operands[0]))
            })
        }
    }
}

extension Graph {
    /// (diag(p) − p pᵀ) v along an axis: symmetric, so tangents and cotangents share it.
    mutating func softmaxDerivative(_ v: Value, softmax p: Value, axis: Int) -> Value {
        let mean = emit(.sum(axes: [axis]), emit(.multiply, v, p))
        return emit(.multiply, p, emit(.subtract, v, emit(.broadcast(axes: [axis], shape: shape(p)), mean)))
    }
}

extension SmoothFunction {
    /// The derivative at `u`, where the function's value is `y`; `nil` where it is zero everywhere.
    func slope(at u: Value, value y: Value, in graph: inout Graph) -> Value? {
        switch self {
        case .exponential: return y
        case .logarithm: return graph.emit(.smooth(.reciprocal), u)
        case .squareRoot: return graph.emit(.affine(slope: 0.5, offset: 0), graph.emit(.smooth(.reciprocal), y))
        case .reciprocal: return graph.emit(.affine(slope: -1, offset: 0), graph.emit(.multiply, y, y))
        case .errorFunction:
            let density = graph.emit(.smooth(.exponential), graph.emit(.affine(slope: -1, offset: 0), graph.emit(.multiply, u, u)))
            return graph.emit(.affine(slope: 2 / Double.pi.squareRoot(), offset: 0), density)
        case .sigmoid: return graph.emit(.multiply, y, graph.emit(.affine(slope: -1, offset: 1), y))
        case .hyperbolicTangent: return graph.emit(.affine(slope: -1, offset: 1), graph.emit(.multiply, y, y))
        case .softplus: return graph.emit(.smooth(.sigmoid), u)
        case .power(let exponent):
            if exponent == 0 { return nil }
            return graph.emit(.affine(slope: exponent, offset: 0), graph.emit(.smooth(.power(exponent - 1)), u))
        }
    }
}
