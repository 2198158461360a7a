// What an affine reader runs, planned once for one batch size within the memory allowed.

import Execution
import Graphs
import Tensors

struct AffinePlans {
    let batch: Int
    let readable: ReadableGraph
    let source: Value
    let output: Value
    let outputCount: Int
    let codes: [Value]
    /// Every code frozen, cut at the source.
    let frozen: Graph
    let parameters: ParameterBuffers<Double>
    /// f, the source's value and the codes at x.
    let forward: PlannedGraph
    /// The frozen graph, to be run with 0 at the source.
    let offsets: PlannedGraph
    let slopes: SlopeGraph
    /// How many rows of A[x] are read at once: all, but where one sample's do not fit.
    let rowsPerBlock: Int
    /// `nil` where the map is a tangent.
    let margins: MarginGraph?
    /// What is left for products.
    let memory: MemoryAllowance

    /// - Throws: as `AffineReader.init`.
    init(
        _ network: ReadableNetwork, batch: Int, from source: ((ReadableGraph) throws -> Value)?,
        to target: ((ReadableGraph) throws -> Value)?,
        tangent: Bool, memory: inout MemoryAllowance
    ) throws {
        let readable = try network.graph(batch: batch)
        let graph = readable.graph
        let (source, output) = try (source?(readable) ?? readable.input, target?(readable) ?? readable.output)
        // What does not depend on the data at all has a map: the constant one.
        guard source != output, source == readable.input || graph.dependents(of: [source])[output.index] else {
            throw ReadingError.unconnected(from: graph[source].label, to: graph[output].label)
        }
        let samples = graph.sampleDependences(of: readable.input)
        for value in [source, output] {
            let shape = graph.shape(value)
            guard shape.first == graph.shape(readable.input)[0],
                samples[value.index] == .none || samples[value.index].stride == shape.dropFirst().reduce(1, *)
            else { throw ReadingError.noSampleAxis(graph[value].label) }
        }
        let smooth = graph.cut(at: [source]).smoothNames(for: [output])
        guard smooth.isEmpty || tangent else { throw ReadingError.notPiecewiseAffine(nodes: smooth) }
        let outputCount = graph.shape(output).dropFirst().reduce(1, *)
        (self.batch, self.readable, self.source, self.output, self.outputCount) = (batch, readable, source, output, outputCount)
        codes = graph.codes(for: [output])
        // Freezing comes before cutting, so that codes behind the source stay codes of x.
        let whole = graph.frozen()
        let frozen = whole.cut(at: [source])
        let parameters = try ParameterBuffers(for: graph, network.parameters)
        (self.frozen, self.parameters) = (frozen, parameters)
        forward = try PlannedGraph(graph, [output, source] + codes, parameters: parameters, memory: &memory)
        offsets = try PlannedGraph(frozen, [output], parameters: parameters, memory: &memory)
        margins =
            smooth.isEmpty
            ? try MarginGraph(whole, codes: codes, of: graph, input: readable.input, batch: batch, parameters: parameters, memory: &memory)
            : nil
        (slopes, rowsPerBlock) = try AffinePlans.slopes(
            of: frozen, from: source, to: output, isSingle: batch == 1, parameters: parameters, memory: &memory)
        self.memory = memory
    }

    /// All rows at once where they fit, else the rows of a single sample in blocks.
    private static func slopes(
        of frozen: Graph, from source: Value, to output: Value, isSingle: Bool, parameters: ParameterBuffers<Double>,
        memory: inout MemoryAllowance
    ) throws -> (SlopeGraph, rowsPerBlock: Int) {
        let rows = max(frozen.shape(output).dropFirst().reduce(1, *), 1)
        // A block of slopes is held twice: as it is read, and as it is handed on.
        let row = max(2 * MemoryLayout<Double>.stride * frozen.shape(source).elementCount, 1)
        do {
            var rest = memory
            let slopes = try SlopeGraph(frozen, from: source, to: output, parameters: parameters, memory: &rest)
            let (block, overflow) = row.multipliedReportingOverflow(by: rows)
            try rest.take(overflow ? .max : block)
            return (slopes, rows)
        } catch ExecutionError.memory where isSingle {
            let slopes = try SlopeGraph(frozen, from: source, to: output, .rows, parameters: parameters, memory: &memory)
            let fitting = max(min(memory.left / row, rows), 1)
            try memory.take(row * fitting)
            return (slopes, fitting)
        }
    }
}
