// Table 5: what is left of each primitive when the codes are fixed. All but the last two forms are affine in the data.

/// What a primitive is in its operands once every code is fixed.
public enum FrozenForm: Sendable {
    /// Without operands.
    case source
    /// Affine in its number operands, jointly.
    case affine
    /// Linear in each of two operands: affine as long as one of them is constant.
    case bilinear
    /// Linear in the first operand: affine as long as the second is constant.
    case quotient
    /// A code: fixed, so constant.
    case code
    /// Smooth: affine only where its operand is constant.
    case smooth
}

extension Primitive {
    /// What the primitive is once every code is fixed.
    public var frozenForm: FrozenForm {
        switch self {
        case .input, .constant, .fill: .source
        case .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice, .concatenate, .gather, .scatter, .add, .subtract, .affine:
            .affine
        case .apply, .pick: .affine
        case .matrixProduct, .convolution, .multiply: .bilinear
        case .divide: .quotient
        case .select: .code
        case .smooth(.power(1)), .smooth(.power(0)): .affine
        case .smooth, .softmax, .logSumExp: .smooth
        }
    }

    /// Whether the value is affine in the data with codes fixed, when each operand depends on the data as said and is itself affine.
    public func isAffine(whenDepending depends: [Bool]) -> Bool {
        switch frozenForm {
        case .source, .affine, .code: true
        case .bilinear: !(depends[0] && depends[1])
        case .quotient: !depends[1]
        case .smooth: !depends.contains(true)
        }
    }
}
