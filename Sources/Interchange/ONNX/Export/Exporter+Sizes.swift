// Sizes that follow the batch, told from fixed ones by building the graph for two batches: a file then reads any number of samples.

import Graphs
import Tensors

/// A size in an exported file.
enum ExportSize: Hashable {
    case fixed(Int)
    /// This many for each sample of the batch.
    case batches(Int)
}

extension Exporter {
    /// The batches that the two graphs are built for.
    private static let counts = (first: 2, second: 3)

    func size(_ a: Int, _ b: Int?, _ value: Value) throws(InterchangeError) -> ExportSize {
        guard let b, a != b else { return .fixed(a) }
        guard a * Exporter.counts.second == b * Exporter.counts.first, a % Exporter.counts.first == 0 else {
            throw unsupported(value, "a size is \(a) for two samples and \(b) for three")
        }
        return .batches(a / Exporter.counts.first)
    }

    /// The sizes of two shapes that belong to `value`.
    func sizes(_ a: Shape, _ b: Shape?, _ value: Value) throws(InterchangeError) -> [ExportSize] {
        var sizes: [ExportSize] = []
        for (axis, size) in a.enumerated() { sizes.append(try self.size(size, b?[axis], value)) }
        return sizes
    }

    func sizes(of value: Value) throws(InterchangeError) -> [ExportSize] {
        try sizes(graph.shape(value), second?.graph.shape(value), value)
    }

    /// The primitive for the other batch.
    func twin(_ value: Value) -> Primitive? { second?.graph[value].primitive }

    /// What a rule of the exporter took from the primitive must be the same for both batches.
    func requireSame<T: Equatable>(_ value: Value, _ what: String, _ take: (Primitive) -> T) throws(InterchangeError) {
        guard let twin = twin(value), take(twin) != take(graph[value].primitive) else { return }
        throw unsupported(value, "\(what) depend on the number of samples")
    }

    /// The name of a vector of sizes.
    /// - Parameter inferring: whether −1 may stand for one size, as `Reshape` has it.
    func shape(_ sizes: [ExportSize], inferring: Bool = false, for output: String) -> String {
        let symbolic = sizes.count { if case .batches = $0 { true } else { false } }
        if symbolic == 0 || inferring && symbolic == 1 && !sizes.contains(.fixed(0)) {
            return integers(sizes.map { if case .fixed(let size) = $0 { size } else { -1 } })
        }
        var parts: [String] = []
        for size in sizes {
            switch size {
            case .fixed(let size): parts.append(integers([size]))
            case .batches(1): parts.append(batch())
            case .batches(let count): parts.append(node("Mul", [batch(), integers([count])], for: output))
            }
        }
        return node("Concat", parts, [attribute("axis", 0)], for: output)
    }

    /// The number of samples, as a vector of one.
    private func batch() -> String {
        if let batchName { return batchName }
        let name = unique("batch")
        node("Shape", [first.inputName], name, [attribute("start", 0), attribute("end", 1)])
        batchName = name
        return name
    }
}
