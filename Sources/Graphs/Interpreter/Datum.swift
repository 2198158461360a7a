// What a value is while a graph runs: numbers, or a code.

public import Tensors

/// Indices of pieces.
public typealias Code = Tensor<Int32>

/// Numbers or codes.
public enum Datum<S: Scalar>: Sendable, Equatable {
    case scalars(Tensor<S>)
    case code(Code)

    /// The numbers. Traps on a code.
    @inlinable public var scalars: Tensor<S> {
        guard case .scalars(let tensor) = self else { preconditionFailure("a code, expected numbers") }
        return tensor
    }

    /// The code. Traps on numbers.
    @inlinable public var code: Code {
        guard case .code(let code) = self else { preconditionFailure("numbers, expected a code") }
        return code
    }

    public var shape: Shape {
        switch self {
        case .scalars(let tensor): tensor.shape
        case .code(let code): code.shape
        }
    }
}

/// The values of a graph's inputs, by name.
public typealias Bindings<S: Scalar> = [String: Datum<S>]

extension Graph {
    /// Checks that `bindings` hold every input that `targets` need, with the right shape, and codes within their pieces.
    package func check<S: Scalar>(_ bindings: Bindings<S>, needed: [Bool]) throws(GraphError) {
        for (index, node) in nodes.enumerated() where needed[index] {
            guard case .input(let input) = node.primitive else { continue }
            guard let datum = bindings[input.name] else {
                throw GraphError(node: input.name, what: "input", expected: "\(input.type)", got: "nothing bound")
            }
            guard datum.shape == input.type.shape else {
                throw GraphError(node: input.name, what: "shape", expected: "\(input.type)", got: "\(datum.shape)")
            }
            switch (datum, input.type.element) {
            case (.scalars, .scalar): break
            case (.code(let code), .code(let pieceCount)):
                if let wrong = code.elements.first(where: { $0 < 0 || $0 >= pieceCount }) {
                    throw GraphError(node: input.name, what: "code", expected: "pieces 0 to \(pieceCount - 1)", got: "\(wrong)")
                }
            case (.scalars, .code), (.code, .scalar):
                throw GraphError(node: input.name, what: "elements", expected: "\(input.type)", got: "the other kind")
            }
        }
    }
}
