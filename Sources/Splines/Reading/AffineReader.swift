// The local affine map f(x) = A[x] x + b[x] between two values of a network (ICML18 (7)), by the general rule of THEORY §3: freeze
// every code at x; A[x] by pushing unit cotangents back (or unit tangents forward, where they are fewer), b[x] on its own by running
// the frozen graph at 0.

import Execution
public import Graphs
public import Tensors

/// Why a reading is refused.
public enum ReadingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The nodes that are not piecewise affine, by label.
    case notPiecewiseAffine(nodes: [String])
    case unknownLayer(String, names: [String])
    case wrongSamples(expected: Shape, got: Shape)
    /// The target of a map does not come after its source.
    case unconnected(from: String, to: String)
    /// A value from or to which a map is wanted does not have the samples along its first axis.
    case noSampleAxis(String)

    public var description: String {
        switch self {
        case .notPiecewiseAffine(let nodes):
            "not piecewise affine: \(nodes.joined(separator: ", ")); the tangent (J, f − Jx) can be read instead"
        case .unknownLayer(let name, let names): "no layer '\(name)'; the layers are \(names.joined(separator: ", "))"
        case .unconnected(let source, let target): "no map from \(source) to \(target): it must come after"
        case .noSampleAxis(let name): "\(name): its first axis is not that of the samples, so no map goes from or to it"
        case .wrongSamples(let expected, let got): "samples of shape \(got), expected [N] + \(expected)"
        }
    }
}

/// The local affine maps of N samples.
public struct LocalAffineMaps: Sendable {
    /// A[x], shape `[N, K] + input shape`; the Jacobian where the network is smooth.
    public let slopes: Tensor<Double>
    /// b[x], shape `[N, K]`.
    public let offsets: Tensor<Double>
    /// f(x), shape `[N, K]`.
    public let outputs: Tensor<Double>
    /// ‖f(x) − (A[x] x + b[x])‖∞ / max(1, ‖f(x)‖∞) for each sample; empty where the map is a tangent.
    public let residuals: [Double]
    /// The smallest distance of a pre-activation to its tie, relative to the sum of magnitudes that made it; `∞` without a
    /// nonlinearity. For each sample; empty where the map is a tangent.
    public let margins: [Double]
    /// Whether the smallest margin is within the rounding bound: there the code is a convention and not a fact. For each sample; empty
    /// where the map is a tangent.
    public let isOnBoundary: [Bool]
    /// Whether every number read of a sample is finite. A logarithm or a square root outside its domain gives NaN, what is too large for
    /// Double an infinity.
    public let isFinite: [Bool]

    public init(
        slopes: Tensor<Double>, offsets: Tensor<Double>, outputs: Tensor<Double>, residuals: [Double], margins: [Double],
        isOnBoundary: [Bool], isFinite: [Bool]
    ) {
        (self.slopes, self.offsets, self.outputs) = (slopes, offsets, outputs)
        (self.residuals, self.margins, self.isOnBoundary, self.isFinite) = (residuals, margins, isOnBoundary, isFinite)
    }
}

/// Reads local affine maps, batch after batch, from plans built once. One thread at a time.
public final class AffineReader {
    /// The most samples at once.
    public let batch: Int
    public let inputShape: Shape
    public let outputCount: Int
    /// Whether the map is a fact of the cell, and not a tangent.
    public let isExact: Bool

    private let source: Value
    private let plans: AffinePlans
    /// Planned when first asked for.
    private var products: [Bool: SlopeGraph] = [:]

    /// A reader of the map from `source` to `target`, which are found in the network's graph, as this is another one for another batch:
    /// `nil` is the data, and the outputs.
    ///
    /// Between inner values the codes are those of x, and what reaches the target without passing the source counts as offset.
    /// - Parameters:
    ///   - batch: the most samples at once; fewer where memory is short.
    ///   - tangent: read the Jacobian J and f − J x where the network is not piecewise affine.
    /// - Throws: `ReadingError.notPiecewiseAffine` unless `tangent`; `ExecutionError.memory` where one sample needs more than
    ///   `network.memoryLimit`; whatever building the graph throws.
    public init(
        _ network: ReadableNetwork, batch: Int, from source: ((ReadableGraph) throws -> Value)? = nil,
        to target: ((ReadableGraph) throws -> Value)? = nil, tangent: Bool = false
    ) throws {
        plans = try network.fitting(batch: batch) { batch, memory in
            try AffinePlans(network, batch: batch, from: source, to: target, tangent: tangent, memory: &memory)
        }
        self.source = plans.source
        (self.batch, isExact) = (plans.batch, plans.margins != nil)
        inputShape = Array(plans.readable.graph.shape(plans.source).dropFirst())
        outputCount = plans.outputCount
    }

    /// The maps at `x`, shape `[N] + sample shape` with N at most `batch`.
    public func read(_ x: Tensor<Double>) throws -> LocalAffineMaps {
        var slopes: [Double] = []
        let maps = try read(x) { slopes += $0.elements }
        return LocalAffineMaps(
            slopes: Tensor(shape: [x.shape[0], outputCount] + inputShape, elements: slopes), offsets: maps.offsets, outputs: maps.outputs,
            residuals: maps.residuals, margins: maps.margins, isOnBoundary: maps.isOnBoundary, isFinite: maps.isFinite)
    }

    /// The maps at `x`, shape `[N] + sample shape` with N at most `batch`, whose slopes go to `receive` as they are read: all at
    /// once, or blocks of rows of a single sample where all would not fit in memory. The result's own slopes are `[N, 0] + input shape`.
    public func read(_ x: Tensor<Double>, slopes receive: (Tensor<Double>) throws -> Void) throws -> LocalAffineMaps {
        let count = x.shape[0]
        let (f, z, bindings) = try freeze(x)
        let outputs = f.reshaped([batch, outputCount]).rows(0..<count)
        var products = Tensor<Double>.zeros([count, outputCount])
        var isFinite = outputs.hasFiniteRows
        plans.slopes.bind(bindings)
        for first in stride(from: 0, to: outputCount, by: plans.rowsPerBlock) {
            let rows = first..<min(first + plans.rowsPerBlock, outputCount)
            let block = plans.slopes.read(rows: rows, count: count)
            let part = block.applied(to: z.rows(0..<count))
            isFinite = zip(isFinite, block.hasFiniteRows).map { $0 && $1 }
            for n in 0..<count { for k in rows { products[n, k] = part[n, k - first] } }
            try receive(block)
        }
        let none = Tensor<Double>.zeros([count, 0] + inputShape)
        guard let margins = plans.margins else {
            let offsets = Tensor(shape: outputs.shape, elements: zip(outputs.elements, products.elements).map { $0 - $1 })
            return LocalAffineMaps(
                slopes: none, offsets: offsets, outputs: outputs, residuals: [], margins: [], isOnBoundary: [],
                isFinite: zip(isFinite, offsets.hasFiniteRows).map { $0 && $1 })
        }
        let margin = margins.read(bindings)
        let offsets = offsets(bindings).rows(0..<count)
        let residuals = (0..<count).map { n in
            let row = n * outputCount..<(n + 1) * outputCount
            let scale = max(1, outputs.elements[row].map(abs).max() ?? 0)
            return (row.map { abs(outputs.elements[$0] - (products.elements[$0] + offsets.elements[$0])) }.max() ?? 0) / scale
        }
        return LocalAffineMaps(
            slopes: none, offsets: offsets, outputs: outputs, residuals: residuals, margins: Array(margin.smallest.prefix(count)),
            isOnBoundary: Array(margin.isWithinRounding.prefix(count)),
            isFinite: zip(isFinite, offsets.hasFiniteRows).map { $0 && $1 })
    }

    /// f(x) and b[x] alone, each `[N, K]`: all that ⟨A[x], x⟩ = f(x) − b[x] needs, at the price of two runs.
    /// - Precondition: the network is piecewise affine (`isExact`).
    public func readOffsets(_ x: Tensor<Double>) throws -> (outputs: Tensor<Double>, offsets: Tensor<Double>) {
        precondition(isExact, "offsets of a tangent")
        let (f, _, bindings) = try freeze(x)
        let rows = 0..<x.shape[0]
        return (f.reshaped([batch, outputCount]).rows(rows), offsets(bindings).rows(rows))
    }

    /// A[x] v without A[x]: one tangent a sample pushed forward, shape `[N, K]`.
    /// - Parameters:
    ///   - v: `[N] + inputShape`.
    ///   - x: `[N] + sample shape`, N at most `batch`.
    /// - Throws: `ReadingError.wrongSamples`; `ExecutionError.memory`.
    public func product(_ v: Tensor<Double>, at x: Tensor<Double>) throws -> Tensor<Double> {
        let result = try product(v, at: x, transposed: false, shape: inputShape)
        return result.reshaped([batch, outputCount]).rows(0..<x.shape[0])
    }

    /// A[x]ᵀu without A[x]: one cotangent a sample pulled back, shape `[N] + inputShape`.
    /// - Parameters:
    ///   - u: `[N, K]`.
    ///   - x: `[N] + sample shape`, N at most `batch`.
    /// - Throws: `ReadingError.wrongSamples`; `ExecutionError.memory`.
    public func transposedProduct(_ u: Tensor<Double>, at x: Tensor<Double>) throws -> Tensor<Double> {
        try product(u, at: x, transposed: true, shape: [outputCount]).rows(0..<x.shape[0])
    }

    private func product(_ seed: Tensor<Double>, at x: Tensor<Double>, transposed: Bool, shape: Shape) throws -> Tensor<Double> {
        guard seed.shape == [x.shape[0]] + shape else { throw ReadingError.wrongSamples(expected: shape, got: seed.shape) }
        let bindings = try freeze(x).bindings
        if products[transposed] == nil {
            var memory = plans.memory
            products[transposed] = try SlopeGraph(
                plans.frozen, from: source, to: plans.output, transposed ? .rows : .columns, parameters: plans.parameters, memory: &memory)
        }
        let zeros = [Double](repeating: 0, count: batch * shape.elementCount - seed.count)
        products[transposed]!.bind(bindings)
        return products[transposed]!.product(Tensor(shape: [batch] + shape, elements: seed.elements + zeros))
    }

    /// f(x), the source's value, and bindings of the frozen graph: x, the source and every code.
    private func freeze(_ x: Tensor<Double>) throws -> (f: Tensor<Double>, z: Tensor<Double>, bindings: Bindings<Double>) {
        let (forward, name) = (plans.forward, plans.readable.inputName)
        let padded = try plans.readable.padded(x)
        forward.bind(name, padded)
        forward.run()
        let z = forward.tensor(1)
        var bindings: Bindings<Double> = [name: .scalars(padded), Graph.cutName(source): .scalars(z)]
        for (index, code) in plans.codes.enumerated() { bindings[Graph.frozenCodeName(code)] = .code(forward.code(index + 2)) }
        return (forward.tensor(0), z, bindings)
    }

    /// The frozen graph at 0, `[batch, K]`.
    private func offsets(_ bindings: Bindings<Double>) -> Tensor<Double> {
        plans.offsets.bind(bindings)
        plans.offsets.bind(Graph.cutName(source), .zeros([batch] + inputShape))
        plans.offsets.run()
        return plans.offsets.tensor(0).reshaped([batch, outputCount])
    }
}

extension Tensor where Element == Double {
    /// For each row of the first axis whether all its numbers are finite.
    fileprivate var hasFiniteRows: [Bool] {
        let width = shape[0] == 0 ? 0 : count / shape[0]
        return (0..<shape[0]).map { elements[$0 * width..<($0 + 1) * width].allSatisfy(\.isFinite) }
    }

    /// A[x] z for each sample: slopes `[N, K, …]` applied to `[N, …]`, shape `[N, K]`.
    func applied(to z: Tensor<Double>) -> Tensor<Double> {
        let (count, rows) = (shape[0], shape[1])
        let width = count == 0 ? 0 : z.count / count
        var products = Tensor<Double>.zeros([count, rows])
        for n in 0..<count {
            for k in 0..<rows {
                var sum = 0.0
                for d in 0..<width { sum += elements[(n * rows + k) * width + d] * z.elements[n * width + d] }
                products.elements[n * rows + k] = sum
            }
        }
        return products
    }
}
