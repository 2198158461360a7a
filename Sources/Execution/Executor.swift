// A plan bound to memory: filled, replayed and read without allocation (DESIGN §4, step 6: the interpreter is its oracle).

import CKernels
public import Graphs
public import Tensors

/// Runs a graph again and again in the same memory.
///
///     let executor = try Executor<Float>(graph, targets: [loss] + gradients, parameters: parameters)
///     executor.withInput("images") { … fill … }
///     executor.replay()
///     executor.withTarget(0) { … read … }
///
/// One thread at a time.
public final class Executor<S: Scalar> {
    public let plan: ExecutionPlan
    private let parameters: ParameterBuffers<S>?
    private let memory: PlanMemory
    private var calls: [() -> Void] = []
    private var staticCalls: [() -> Void] = []
    /// Where inputs lie, with their types.
    private var inputs: [String: (address: UnsafeMutableRawPointer, input: Input)] = [:]
    private var targetAddresses: [UnsafeMutableRawPointer] = []
    /// The parameters' version that static values were derived from; `nil` where they must be derived anew.
    private var derivedVersion: Int?

    /// Plans and binds at once.
    /// - Throws: `ExecutionError`, as the plan does.
    public convenience init(
        _ graph: Graph, targets: [Value], options: ExecutionOptions = .init(), parameters: ParameterBuffers<S>? = nil
    ) throws(ExecutionError) {
        try self.init(ExecutionPlan(graph, targets: targets, of: S.self, options: options), parameters: parameters)
    }

    /// Allocates the plan's memory.
    /// - Parameter parameters: inputs of these names are read where they lie.
    /// - Precondition: the plan is of the same scalar.
    public init(_ plan: ExecutionPlan, parameters: ParameterBuffers<S>? = nil) throws(ExecutionError) {
        precondition(plan.scalar == ScalarType(S.self), "a plan in \(plan.scalar), an executor in \(S.typeName)")
        OpenMP.useOneThread()
        (self.plan, self.parameters) = (plan, parameters)
        memory = try PlanMemory(byteCount: plan.memory.byteCount)
        try bindInputs()
        let addresses = plan.regions.indices.map(address)
        for (index, region) in plan.regions.enumerated() {
            if case .constant(let tensor) = region.home { fill(addresses[index], tensor) }
        }
        for step in plan.staticSteps { staticCalls.append(try bound(step, addresses, scratch: plan.memory.staticScratch)) }
        for (step, scratch) in zip(plan.steps, plan.memory.scratch) { calls.append(try bound(step, addresses, scratch: scratch)) }
        targetAddresses = plan.targetRegions.map { addresses[$0.index] }
    }

    deinit {
        calls = []
        staticCalls = []
    }

    // MARK: Binding

    private func bindInputs() throws(ExecutionError) {
        for node in plan.graph.nodes {
            guard case .input(let input) = node.primitive, let own = plan.memory.inputs[input.name] else { continue }
            if let shared = parameters?.address(input.name), input.type.element == .scalar {
                guard shared.count == input.type.shape.elementCount else {
                    throw .binding(
                        GraphError(
                            node: input.name, what: "shared parameter", expected: "\(input.type.shape.elementCount) elements",
                            got: "\(shared.count)"))
                }
                inputs[input.name] = (shared.address, input)
            } else {
                inputs[input.name] = (memory.start + own.offset, input)
            }
        }
    }

    private func address(_ region: Int) -> UnsafeMutableRawPointer {
        if case .input(let name) = plan.regions[region].home { return inputs[name]!.address }
        return memory.start + (plan.memory.offsets[region] ?? 0)
    }

    private func fill(_ address: UnsafeMutableRawPointer, _ tensor: Tensor<Double>) {
        let numbers = address.assumingMemoryBound(to: S.self)
        for (index, number) in tensor.elements.enumerated() { numbers[index] = S(number) }
    }

    private func bound(_ step: Step, _ addresses: [UnsafeMutableRawPointer], scratch: Int) throws(ExecutionError) -> () -> Void {
        try step.kernel.bound(
            to: Addresses(
                reads: step.reads.map { addresses[$0.index] }, writes: step.writes.map { addresses[$0.index] },
                scratch: memory.start + scratch))
    }

    // MARK: Without allocation

    /// Whether the targets depend on the input `name`.
    public func reads(_ name: String) -> Bool { inputs[name] != nil }

    /// Reads and changes an input of numbers in place, row-major. Its contents stay from replay to replay.
    /// - Precondition: the targets depend on an input `name`, of numbers.
    public func withInput<R>(_ name: String, _ body: (UnsafeMutableBufferPointer<S>) throws -> R) rethrows -> R {
        guard let (address, input) = inputs[name], input.type.element == .scalar else {
            preconditionFailure("no input '\(name)' of numbers")
        }
        if input.role == .parameter { derivedVersion = nil }
        let numbers = address.assumingMemoryBound(to: S.self)
        return try body(UnsafeMutableBufferPointer(start: numbers, count: input.type.shape.elementCount))
    }

    /// Sets an input that is a code.
    /// - Precondition: the targets depend on an input `name`, a code of as many entries, none outside its pieces.
    public func setCode(_ name: String, _ code: Span<Int32>) {
        guard let (address, input) = inputs[name], let pieceCount = input.type.pieceCount else { preconditionFailure("no code '\(name)'") }
        precondition(code.count == input.type.shape.elementCount, "\(code.count) entries for '\(name)' of \(input.type)")
        code.withUnsafeBufferPointer {
            if pieceCount <= 256 {
                maso_narrow_codes($0.baseAddress, address.assumingMemoryBound(to: UInt8.self), Int64($0.count))
            } else if let start = $0.baseAddress {
                address.copyMemory(from: start, byteCount: $0.count * 4)
            }
        }
    }

    /// Computes all targets from the inputs as they are.
    public func replay() {
        OpenMP.useOneThread()
        let version = parameters?.version ?? 0
        if derivedVersion != version {
            for call in staticCalls { call() }
            derivedVersion = version
        }
        for call in calls { call() }
    }

    /// The numbers of target `index`, row-major, valid until the next replay.
    /// - Precondition: the target is of numbers.
    public func withTarget<R>(_ index: Int, _ body: (UnsafeBufferPointer<S>) throws -> R) rethrows -> R {
        let type = plan.graph[plan.targets[index]].type
        precondition(type.element == .scalar, "target \(index) is a code")
        let numbers = UnsafePointer(targetAddresses[index].assumingMemoryBound(to: S.self))
        return try body(UnsafeBufferPointer(start: numbers, count: type.shape.elementCount))
    }

    /// The code of target `index`, as Int32. Copies.
    /// - Precondition: the target is a code.
    public func code(_ index: Int) -> Code {
        let type = plan.graph[plan.targets[index]].type
        guard let pieceCount = type.pieceCount else { preconditionFailure("target \(index) is not a code") }
        let count = type.shape.elementCount
        let elements = [Int32](unsafeUninitializedCapacity: count) { buffer, initialized in
            if pieceCount <= 256 {
                maso_widen_codes(targetAddresses[index].assumingMemoryBound(to: UInt8.self), buffer.baseAddress, Int64(count))
            } else if let start = buffer.baseAddress {
                UnsafeMutableRawPointer(start).copyMemory(from: targetAddresses[index], byteCount: count * 4)
            }
            initialized = count
        }
        return Code(shape: type.shape, elements: elements)
    }

    /// What each step of a replay takes: its listing and the fastest of `rounds` times, in milliseconds.
    public func profile(rounds: Int = 5) -> [(step: String, milliseconds: Double)] {
        replay()
        var best = [Double](repeating: .infinity, count: calls.count)
        for _ in 0..<rounds {
            for (index, call) in calls.enumerated() {
                let elapsed = ContinuousClock().measure(call)
                best[index] = min(best[index], elapsed / .milliseconds(1))
            }
        }
        return zip(plan.steps, best).map { ($0.label, $1) }
    }

    // MARK: The convenient form

    /// The values of the targets for these bindings, as `Interpreter.run` gives them. Parameters that are shared need no binding.
    /// - Throws: `ExecutionError.binding` when an input is not bound, or does not fit.
    public func run(_ bindings: Bindings<S>) throws(ExecutionError) -> [Datum<S>] {
        let needed = plan.graph.nodes.map { node in
            if case .input(let input) = node.primitive {
                bindings[input.name] != nil || parameters?.address(input.name) == nil
            } else {
                true
            }
        }
        do { try plan.graph.check(bindings, needed: needed) } catch { throw .binding(error) }
        for (name, entry) in inputs {
            switch bindings[name] {
            case .scalars(let tensor): withInput(name) { copy(tensor.elements, to: $0) }
            case .code(let code): setCode(name, code.elements.span)
            case nil: continue
            }
            if entry.input.role == .parameter { derivedVersion = nil }
        }
        replay()
        return plan.targets.indices.map { index in
            let type = plan.graph[plan.targets[index]].type
            return type.element == .scalar
                ? .scalars(Tensor(shape: type.shape, elements: withTarget(index) { Array($0) })) : .code(code(index))
        }
    }

    private func copy(_ elements: [S], to buffer: UnsafeMutableBufferPointer<S>) {
        guard let start = buffer.baseAddress else { return }
        elements.withUnsafeBufferPointer { start.update(from: $0.baseAddress!, count: $0.count) }
    }
}
