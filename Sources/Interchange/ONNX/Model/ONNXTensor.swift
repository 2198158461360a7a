// A tensor of the file, its bytes checked and decoded.

public import Tensors

/// A tensor with its elements as the file has them; floating-point types narrower than Float are widened, which is exact.
public struct ONNXTensor: Sendable {
    /// Elements by kind.
    public enum Elements: Sendable {
        case floats([Float])
        case doubles([Double])
        /// Whole numbers, and truth values as 0 and 1.
        case integers([Int])
        case strings
    }

    public let name: String
    public let type: ONNXElementType
    public let shape: Shape
    public let elements: Elements

    /// - Precondition: as many elements as the shape has.
    public init(name: String, type: ONNXElementType, shape: Shape, elements: Elements) {
        (self.name, self.type, self.shape, self.elements) = (name, type, shape, elements)
        switch elements {
        case .floats(let numbers): precondition(numbers.count == shape.elementCount)
        case .doubles(let numbers): precondition(numbers.count == shape.elementCount)
        case .integers(let numbers): precondition(numbers.count == shape.elementCount)
        case .strings: break
        }
    }

    /// The number of elements.
    public var count: Int { shape.elementCount }
}
