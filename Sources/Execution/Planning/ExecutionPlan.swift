// The plan of a graph (DESIGN §4): simplification, layouts, clusters, kernels, lifetimes. Made once; nothing is allocated yet but
// descriptions.

public import Graphs
public import Tensors

/// Everything that is decided about running a graph before any of its memory is allocated.
public struct ExecutionPlan {
    /// The graph as given, simplified; `targets` are its values.
    let graph: Graph
    let targets: [Value]
    let scalar: ScalarType
    let steps: [Step]
    let staticSteps: [Step]
    let regions: [RegionDescription]
    let targetRegions: [Region]
    let memory: MemoryPlan

    /// A plan for the `targets` of `graph`, in Float or Double.
    /// - Throws: `ExecutionError` when the plan needs more than `options.maximumBytes`, or a library is missing.
    public init<S: Scalar>(_ graph: Graph, targets: [Value], of _: S.Type, options: ExecutionOptions = .init()) throws(ExecutionError) {
        OpenMP.useOneThread()
        let simplified = graph.simplified(keeping: targets)
        let kept = targets.map { simplified[$0] }
        let lowering = try Lowering(simplified.graph, targets: kept, scalar: ScalarType(S.self), options: options)
        (self.graph, self.targets, scalar) = (simplified.graph, kept, lowering.scalar)
        (steps, staticSteps, regions) = (lowering.steps, lowering.staticSteps, lowering.regions)
        var found: [Region] = []
        for target in kept { found.append(try lowering.region(of: target, .rowMajor)) }
        targetRegions = found
        memory = MemoryPlan(regions: regions, steps: steps, staticSteps: staticSteps, targets: found)
        if let allowed = options.maximumBytes, memory.byteCount > allowed {
            throw .memory(needed: memory.byteCount, allowed: allowed)
        }
    }

    /// The memory that an executor of this plan allocates, shared parameters included.
    public var plannedBytes: Int { memory.byteCount }

    /// One line a step, in order: those that run when parameters have changed, then those of each replay.
    public var listing: [String] { staticSteps.map { "parameters: \($0.label)" } + steps.map(\.label) }

    /// Whether no two regions that live at the same time overlap: an invariant, for tests.
    public var lifetimesAreDisjoint: Bool { memory.arena.isConsistent }
}
