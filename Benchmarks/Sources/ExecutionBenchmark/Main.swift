// One side of `execution.py`: runs a plan as often as a line of standard input asks ("train 5"), and says how long each run took.
// A sixth word adds the profile of the plan's steps. The other side is PyTorch in the same process as the script, so that the two alternate.

import MaxAffineSplines

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A named network's graph, from its input to the outputs before softmax, and its first parameters.
struct Subject {
    var graph: Graph
    let input: Value
    let outputs: Value
    let parameters: [Value]
    private let network: Network

    init(_ name: String, batch: Int) throws {
        network = Network(try Architecture.named(name), seed: 1, as: Float.self)
        let built = try network.graph(batch: batch)
        (graph, input, outputs, parameters) = (built.graph, built.input, built.outputs, built.graph.inputs(.parameter))
    }

    /// The mean cross-entropy for one-hot labels `y`.
    mutating func crossEntropy() throws -> Value {
        let y = try graph.data("y", graph.shape(outputs))
        let chosen = try graph.sum(graph.multiply(outputs, y), over: [1])
        return try graph.mean(graph.subtract(graph.logSumExp(outputs), chosen), over: [0])
    }

    func parameterBuffers() -> ParameterBuffers<Float> {
        let buffers = ParameterBuffers<Float>(for: graph)
        for (name, tensor) in zip(network.parameters.names, network.parameters.tensors(as: Float.self)) where buffers.names.contains(name) {
            buffers.withParameter(name) { _ = $0.update(from: tensor.elements) }
        }
        return buffers
    }
}

/// Adam in place, by one loop over every parameter.
struct Adam {
    var first: [Float]
    var second: [Float]
    var step: Float = 0

    init(_ count: Int) { (first, second) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count)) }

    mutating func update(_ p: UnsafeMutableBufferPointer<Float>, _ g: UnsafeBufferPointer<Float>, at start: Int) {
        let rate = Float(1e-5) * (1 - powf(0.999, step)).squareRoot() / (1 - powf(0.9, step))
        first.withUnsafeMutableBufferPointer { m in
            second.withUnsafeMutableBufferPointer { v in
                for i in p.indices {
                    m[start + i] = 0.9 * m[start + i] + 0.1 * g[i]
                    v[start + i] = 0.999 * v[start + i] + 0.001 * g[i] * g[i]
                    p[i] -= rate * m[start + i] / (v[start + i].squareRoot() + 1e-8)
                }
            }
        }
    }
}

/// A task of the benchmark: what one run does.
final class Task {
    let executors: [Executor<Float>]
    let replicated: ReplicatedExecutor<Float>?
    let parameters: ParameterBuffers<Float>
    private var adam: Adam?

    init(_ kind: String, _ name: String, batch: Int, threads: Int) throws {
        let isTraining = kind == "train" || kind == "reconstruction"
        var network = try Subject(name, batch: batch / threads)
        parameters = network.parameterBuffers()
        var targets: [Value]
        switch kind {
        case "forward": targets = [network.outputs]
        case "jacobian":
            targets = []
            for c in 0..<10 {
                let shape = network.graph.shape(network.outputs)
                let unit = try network.graph.constant(Tensor(shape: [10], elements: (0..<10).map { $0 == c ? 1 : 0 }))
                let seed = try network.graph.broadcast(unit, to: shape)
                targets.append(network.graph.pullback([(of: network.outputs, cotangent: seed)], to: [network.input])[0]!)
            }
        case "train", "reconstruction":
            var loss = try network.crossEntropy()
            if kind == "reconstruction" {
                let inverse = network.graph.pullback([(of: network.outputs, cotangent: network.outputs)], to: [network.input])[0]!
                let rest = try network.graph.subtract(inverse, network.input)
                let squares = try network.graph.sum(network.graph.multiply(rest, rest), over: [0, 1, 2, 3])
                loss = try network.graph.add(loss, network.graph.affine(squares, slope: 1 / Double(batch / threads)))
            }
            targets = [loss] + network.graph.gradients(of: loss, to: network.parameters).map { $0! }
        default: fatalError("unknown task \(kind)")
        }
        let plan = try ExecutionPlan(network.graph, targets: targets, of: Float.self)
        if threads == 1 {
            executors = [try Executor(plan, parameters: parameters)]
            replicated = nil
        } else {
            let replicated = try ReplicatedExecutor(
                plan, count: threads, parameters: parameters, summing: isTraining ? Array(targets.indices) : [])
            (self.replicated, executors) = (replicated, replicated.replicas)
        }
        if isTraining {
            adam = Adam(parameters.shapes.reduce(0) { $0 + $1.elementCount })
        }
        var random = RandomGenerator(seed: 2)
        for executor in executors {
            executor.withInput("x") { for i in $0.indices { $0[i] = Float(random.normal()) } }
            if isTraining { executor.withInput("y") { for i in $0.indices { $0[i] = i % 10 == i / 10 % 10 ? 1 : 0 } } }
        }
    }

    func run() {
        if let replicated { replicated.replay() } else { executors[0].replay() }
        guard adam != nil else { return }
        adam!.step += 1
        var start = 0
        for (index, name) in parameters.names.enumerated() {
            parameters.withParameter(name) { p in
                if let replicated {
                    replicated.withSum(index + 1) { adam!.update(p, $0, at: start) }
                } else {
                    executors[0].withTarget(index + 1) { adam!.update(p, $0, at: start) }
                }
                start += p.count
            }
        }
    }
}

/// Processor time for one thread, elapsed time for several.
func now(threads: Int) -> Double {
    var time = timespec()
    clock_gettime(threads == 1 ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

@main
struct ExecutionBenchmark {
    static func main() throws {
        var tasks: [String: Task] = [:]
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 5, let batch = Int(words[2]), let threads = Int(words[3]), let runs = Int(words[4]) else { continue }
            let key = words[0...3].joined(separator: " ")
            let task = try tasks[key] ?? Task(words[0], words[1], batch: batch, threads: threads)
            if tasks[key] == nil {
                tasks[key] = task
                task.run()
            }
            if words.count > 5 {
                print("\(task.executors[0].plan.plannedBytes) bytes")
                for (line, milliseconds) in task.executors[0].profile() { print("\(milliseconds) \(line)") }
            }
            var times: [Double] = []
            for _ in 0..<runs {
                let start = now(threads: threads)
                task.run()
                times.append((now(threads: threads) - start) * 1000)
            }
            print(times.map { "\($0)" }.joined(separator: " "))
            fflush(nil)
        }
    }
}
