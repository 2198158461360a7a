// Replay: the same memory again and again; what is refused, and in which words.

import Execution
import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct ExecutorTests {
    private func parabola() throws -> (graph: Graph, targets: [Value]) {
        var g = Graph()
        let x = try g.data("x", [3])
        let w = try g.parameter("w", [3])
        let squared = try g.multiply(w, w)
        let code = try g.append(.select(.knots(Knots([0]))), [x])
        let product = try g.multiply(squared, x)
        return (g, [product, code])
    }

    @Test("By hand: w² x, with parameters changed in place between replays")
    func inPlace() throws {
        let (graph, targets) = try parabola()
        let parameters = ParameterBuffers<Double>(for: graph)
        parameters["w"] = Tensor(shape: [3], elements: [1, 2, 3])
        let executor = try Executor<Double>(graph, targets: targets, parameters: parameters)
        executor.withInput("x") { for (i, value) in [1.0, -1, 0].enumerated() { $0[i] = value } }
        executor.replay()
        #expect(executor.withTarget(0) { Array($0) } == [1, -4, 0])
        #expect(executor.code(1).elements == [1, 0, 0])
        parameters.withParameter("w") { $0[1] = 5 }
        executor.replay()
        #expect(executor.withTarget(0) { Array($0) } == [1, -25, 0])
        executor.withInput("x") { $0[2] = 2 }
        executor.replay()
        #expect(executor.withTarget(0) { Array($0) } == [1, -25, 18])
    }

    @Test("Law: two executors over the same parameters see each change")
    func sharing() throws {
        let (graph, targets) = try parabola()
        let parameters = ParameterBuffers<Float>(for: graph)
        let executors = try (0..<2).map { _ in try Executor<Float>(graph, targets: [targets[0]], parameters: parameters) }
        for round in 1...3 {
            parameters.withAll { $0[0] = Float(round) }
            for executor in executors {
                executor.withInput("x") { $0[0] = 1 }
                executor.replay()
                #expect(executor.withTarget(0) { $0[0] } == Float(round * round))
            }
        }
    }

    @Test("Law: replays give the same bits, and a frozen graph's codes can be bound", arguments: UInt64(0)..<8)
    func sameBits(seed: UInt64) throws {
        let (graph, targets) = try ReplicaTests.network(batch: 3, whole: 3)
        let codes = graph.codes(for: targets)
        var random = RandomGenerator(seed: seed)
        var bindings: Bindings<Float> = [:]
        for value in graph.values {
            guard case .input(let input) = graph[value].primitive else { continue }
            bindings[input.name] = .scalars(Sampler.generic.tensor(input.type.shape, using: &random))
        }
        let executor = try Executor<Float>(graph, targets: targets + codes)
        let once = try executor.run(bindings)
        executor.replay()
        let again = try executor.run(bindings)
        #expect(again == once)
        let frozen = try Executor<Float>(graph.frozen(), targets: targets)
        for (code, datum) in zip(codes, once.dropFirst(targets.count)) { bindings[Graph.frozenCodeName(code)] = datum }
        let affine = try frozen.run(bindings)
        #expect(affine == Array(once.prefix(targets.count)))
    }

    @Test("Law: the memory is known before it is allocated, and a smaller limit is refused")
    func limit() throws {
        let (graph, targets) = try ReplicaTests.network(batch: 3, whole: 3)
        let needed = try ExecutionPlan(graph, targets: targets, of: Float.self).plannedBytes
        #expect(throws: ExecutionError.memory(needed: needed, allowed: needed - 1)) {
            try Executor<Float>(graph, targets: targets, options: ExecutionOptions(maximumBytes: needed - 1))
        }
        #expect(
            ExecutionError.memory(needed: 4096, allowed: 100).description == "needs 4096 bytes, allowed are 100 (--max-memory)")
        _ = try Executor<Float>(graph, targets: targets, options: ExecutionOptions(maximumBytes: needed))
    }

    private func refusal(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "nothing refused"
    }

    @Test("Refusals name the input")
    func refusals() throws {
        let (graph, targets) = try parabola()
        let executor = try Executor<Float>(graph, targets: targets)
        let ones = Datum<Float>.scalars(Tensor(repeating: 1, shape: [3]))
        #expect(refusal { _ = try executor.run(["x": ones]) } == "w: input: expected [3], got nothing bound")
        #expect(
            refusal { _ = try executor.run(["x": ones, "w": .scalars(Tensor(repeating: 1, shape: [2]))]) }
                == "w: shape: expected [3], got [2]")
        #expect(
            refusal { _ = try executor.run(["x": ones, "w": .code(Code(repeating: 1, shape: [3]))]) }
                == "w: elements: expected [3], got the other kind")
        let wrong = ParameterBuffers<Float>([("w", [2])])
        #expect(
            refusal { _ = try Executor<Float>(graph, targets: targets, parameters: wrong) }
                == "w: shared parameter: expected 3 elements, got 2")
        #expect(
            ExecutionError.library(name: "OpenBLAS", problem: "expected libopenblas.so.0, got nothing").description
                == "OpenBLAS: expected libopenblas.so.0, got nothing")
    }

    @Test("A convolution with its bias, activation and pooling is three steps, with changes of layout around them")
    func fusion() throws {
        var g = Graph()
        let x = try g.data("x", [2, 16, 8, 8])
        let w = try g.parameter("w", [16, 16, 3, 3])
        let b = try g.parameter("b", [16])
        let window = try SlidingWindow(inputSize: [8, 8], kernelSize: [3, 3])
        let z = try g.leakyReLU(g.convolution(x, weight: w, bias: b, window: window), slope: 0.1)
        let pooled = try g.maximumPooling(z, window: SlidingWindow(inputSize: [6, 6], kernelSize: [2, 2], strides: [2, 2]))
        let plan = try ExecutionPlan(g, targets: [pooled], of: Double.self)
        #expect(
            plan.listing == [
                "parameters: layout", "layout", "convolution: window matrix, OpenBLAS", "loop: add, select, apply", "largest", "layout",
            ])
    }

    @Test("The machine says what it offers")
    func machine() {
        let machine = Machine.current
        #expect(machine.checks.map(\.name) == ["own loops", "oneDNN", "OpenBLAS"])
        let missing = machine.checks.filter { !$0.isFound }
        #expect(missing.isEmpty, "\(missing)")
        #expect(machine.threadCount >= 1 && machine.memoryByteCount > 1 << 20)
    }
}
