// The MODEL string of a command, `NAME[:pooling=max|mean,batchNorm,convex,input=CxHxW,classes=N]` (DESIGN §6).

import Tensors

/// What an architecture's name is followed by. Where something is `nil`, the architecture has its own default.
public struct ArchitectureOptions: Hashable, Sendable {
    public enum Pooling: String, CaseIterable, Sendable { case max, mean }

    public var pooling: Pooling?
    /// Batch normalization before each activation.
    public var batchNorm = false
    /// Weights kept non-negative after the first nonlinearity: R17's «U».
    public var convex = false
    public var inputShape: Shape?
    public var classCount: Int?

    public init() {}

    /// The options of the text after the colon.
    init(parsing text: Substring, of name: String) throws(NetworkError) {
        var given: Set<Substring> = []
        for option in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count == 2 ? parts[1] : nil
            guard given.insert(parts[0]).inserted else {
                throw NetworkError(name, "option \(parts[0])", expected: "once", got: "twice")
            }
            switch (parts[0], value) {
            case ("pooling", .some(let value)):
                guard let pooling = Pooling(rawValue: String(value)) else {
                    throw NetworkError(name, "pooling", expected: "max or mean", got: "'\(value)'")
                }
                self.pooling = pooling
            case ("batchNorm", nil): batchNorm = true
            case ("convex", nil): convex = true
            case ("input", .some(let value)):
                let sizes = value.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
                guard sizes.allSatisfy({ $0 > 0 }) else {
                    throw NetworkError(name, "input", expected: "sizes such as 3x32x32", got: "'\(value)'")
                }
                inputShape = sizes
            case ("classes", .some(let value)):
                guard let count = Int(value), count > 0 else {
                    throw NetworkError(name, "classes", expected: "a number from 1", got: "'\(value)'")
                }
                classCount = count
            default:
                throw NetworkError(
                    name, "option", expected: "pooling=max|mean, batchNorm, convex, input=CxHxW or classes=N", got: "'\(option)'")
            }
        }
    }

    /// The pooling chosen, or the default.
    func pool(_ size: Extent) -> Layer { pooling == .mean ? .meanPooling(size) : .maximumPooling(size) }

    /// What comes between an affine layer and its activation.
    var norm: [Layer] { batchNorm ? [.batchNormalization()] : [] }
}
