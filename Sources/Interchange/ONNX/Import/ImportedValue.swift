// What a name of the file stands for during the import: folded numbers, a value of the graph, or both.

import Graphs
import Tensors

/// Elements that are known when the model is read.
enum Constant: Sendable {
    /// Whole numbers, and truth values as 0 and 1.
    case integers([Int])
    /// Floating-point numbers, rounded to their type at each step, as the file's own arithmetic would.
    case numbers([Double])

    var count: Int {
        switch self {
        case .integers(let numbers): numbers.count
        case .numbers(let numbers): numbers.count
        }
    }

    var doubles: [Double] {
        switch self {
        case .integers(let numbers): numbers.map { Double($0) }
        case .numbers(let numbers): numbers
        }
    }

    /// The elements at `indices`; zero where an index is −1.
    func gathered(_ indices: [Int]) -> Constant {
        switch self {
        case .integers(let numbers): .integers(indices.map { $0 < 0 ? 0 : numbers[$0] })
        case .numbers(let numbers): .numbers(indices.map { $0 < 0 ? 0 : numbers[$0] })
        }
    }

    /// The element that all are equal to.
    var uniform: Double? {
        switch self {
        case .integers(let numbers): numbers.first.flatMap { first in numbers.allSatisfy { $0 == first } ? Double(first) : nil }
        case .numbers(let numbers): numbers.first.flatMap { first in numbers.allSatisfy { $0 == first } ? first : nil }
        }
    }
}

/// A truth value that depends on the data: a code of two pieces.
struct Condition {
    /// Selected from some value; piece 1 where true, or where false if `isInverted`.
    let code: Value
    let isInverted: Bool
}

/// A value of the file.
struct ImportedValue {
    let type: ONNXElementType
    let shape: Shape
    /// The elements, where they do not depend on the data and are few enough to fold.
    var constant: Constant?
    /// The number that all elements are, where that is known although they are too many to fold.
    var everywhere: Double?
    /// Whether `constant` is what the graph would compute in Double: nothing has been rounded to a narrower type on the way.
    var isExact = true
    /// The value in the graph; made from the constant or the initialiser when first needed.
    var number: Value?
    var condition: Condition?
    /// The initialiser that this is, by its place in the importer's list.
    var initializer: Int?

    init(_ type: ONNXElementType, _ shape: Shape, constant: Constant? = nil, number: Value? = nil, condition: Condition? = nil) {
        (self.type, self.shape, self.constant, self.number, self.condition) = (type, shape, constant, number, condition)
    }

    static func integers(_ numbers: [Int], _ shape: Shape? = nil, type: ONNXElementType = .int64) -> ImportedValue {
        ImportedValue(type, shape ?? [numbers.count], constant: .integers(numbers))
    }

    /// Whether the value is known when the model is read.
    var isConstant: Bool { constant != nil || initializer != nil }
}
