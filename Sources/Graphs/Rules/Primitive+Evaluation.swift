// Table 2: what each primitive computes, in the plainest form. `Interpreter/Kernels/` holds the loops.

import Tensors

extension Primitive {
    /// The value for operands whose types have been checked. Inputs have no value of their own.
    func evaluate<S: Scalar>(_ operands: [Datum<S>], type: ValueType) -> Datum<S> {
        var u: Tensor<S> { operands[0].scalars }
        var v: Tensor<S> { operands[1].scalars }
        let shape = type.shape
        switch self {
        case .input(let input): preconditionFailure("input '\(input.name)' is bound, not evaluated")
        case .constant(let tensor): return .scalars(tensor.converted())
        case .fill(let number, let shape): return .scalars(Tensor(repeating: S(number), shape: shape))
        case .matrixProduct(let left, let right):
            return .scalars(multiplyMatrices(u, v, transposeLeft: left, transposeRight: right, shape: shape))
        case .convolution(let convolution):
            switch convolution.role {
            case .output: return .scalars(convolve(convolution, input: u, weight: v, shape: shape))
            case .input: return .scalars(convolveTransposed(convolution, weight: u, output: v, shape: shape))
            case .weight: return .scalars(convolveWeight(convolution, input: u, output: v, shape: shape))
            }
        case .windowSum(let window, let transposed):
            return .scalars(transposed ? spreadWindows(window, u, shape: shape) : sumWindows(window, u, shape: shape))
        case .sum(let axes): return .scalars(u.summed(over: axes))
        case .broadcast(let axes, let shape): return .scalars(u.broadcast(along: axes, to: shape))
        case .reshape(let shape): return .scalars(u.reshaped(shape))
        case .transpose(let order): return .scalars(u.transposed(order))
        case .pad(let padding): return .scalars(u.padded(padding, shape: shape))
        case .slice(let slice): return .scalars(u.sliced(slice))
        case .concatenate(let axis): return .scalars(join(operands.map(\.scalars), axis: axis, shape: shape))
        case .gather(let axis, let indices): return .scalars(u.gathered(axis: axis, indices))
        case .scatter(let axis, let indices, _): return .scalars(u.scattered(axis: axis, indices, shape: shape))
        case .add: return .scalars(zipped(u, v) { $0 + $1 })
        case .subtract: return .scalars(zipped(u, v) { $0 - $1 })
        case .affine(let slope, let offset):
            let (slope, offset) = (S(slope), S(offset))
            return .scalars(u.map { slope * $0 + offset })
        case .multiply: return .scalars(zipped(u, v) { $0 * $1 })
        case .divide: return .scalars(zipped(u, v) { $0 / $1 })
        case .select(let selector):
            switch selector {
            case .knots(let knots): return .code(u.map { Int32(knots.piece(of: $0)) })
            case .largest(.window(let window)): return .code(findLargest(in: window, u, shape: shape))
            case .largest(.axis(let axis, _)): return .code(findLargest(along: axis, u, shape: shape))
            case .winners(let axis, let count): return .code(findWinners(along: axis, count, u))
            }
        case .apply(let pieces):
            let code = operands[1].code.elements
            return .scalars(Tensor(shape: shape, elements: zip(u.elements, code).map { pieces.value(of: $0, piece: Int($1)) }))
        case .pick(.window(let window), let transposed):
            let code = operands[1].code
            return .scalars(transposed ? placeInWindow(window, u, code, shape: shape) : pickInWindow(window, u, code))
        case .pick(.axis(let axis, _), let transposed):
            let code = operands[1].code
            return .scalars(transposed ? placeEntry(along: axis, u, code, shape: shape) : pickEntry(along: axis, u, code))
        case .smooth(let function): return .scalars(u.map(function.value))
        case .softmax(let axis): return .scalars(normalisedExponentials(u, axis: axis))
        case .logSumExp(let axis): return .scalars(logOfSummedExponentials(u, axis: axis, shape: shape))
        }
    }
}

extension SmoothFunction {
    /// The function at `u`.
    public func value<S: Scalar>(_ u: S) -> S {
        switch self {
        case .exponential: S.exponential(u)
        case .logarithm: S.logarithm(u)
        case .squareRoot: u.squareRoot()
        case .reciprocal: 1 / u
        case .errorFunction: S.errorFunction(u)
        // exp only of what is not positive, so that nothing overflows
        case .sigmoid: u >= 0 ? 1 / (1 + S.exponential(-u)) : S.exponential(u) / (1 + S.exponential(u))
        case .hyperbolicTangent: S.hyperbolicTangent(u)
        case .softplus: (u > 0 ? u : (u.isNaN ? u : 0)) + S.logarithmOfOnePlus(S.exponential(-abs(u)))
        case .power(let exponent): S.power(u, S(exponent))
        }
    }
}
