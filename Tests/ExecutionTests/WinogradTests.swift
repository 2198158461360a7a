// Winograd's filtering computes the same convolution with larger rounding: its error is bounded against the sum of magnitudes.

import Execution
import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct WinogradTests {
    /// The three roles of one convolution, over images that no tile divides.
    private func graph(padding: [Int], size: [Int], role: Convolution.Role) throws -> (graph: Graph, target: Value) {
        let window = try SlidingWindow(inputSize: size, kernelSize: [3, 3], paddingLow: padding, paddingHigh: padding.reversed())
        let shapes: [Convolution.Role: Shape] = [
            .input: [3, 32] + size, .weight: [48, 32, 3, 3], .output: [3, 48] + window.outputSize,
        ]
        var g = Graph()
        var operands: [Value] = []
        for operand in [Convolution.Role.input, .weight, .output] where operand != role {
            operands.append(try g.data(operand.rawValue, shapes[operand]!))
        }
        let target = try g.append(.convolution(Convolution(window, role: role)), operands)
        return (g, target)
    }

    @Test(
        "Law: within 64 ulp of the sum of magnitudes, in each role and padding",
        arguments: [[0, 0], [1, 1], [2, 2], [0, 2], [2, 1]], [Convolution.Role.output, .input, .weight])
    func error(padding: [Int], role: Convolution.Role) throws {
        let (g, target) = try graph(padding: padding, size: [14, 11], role: role)
        let plan = try ExecutionPlan(g, targets: [target], of: Float.self)
        #expect(plan.listing.contains { $0.hasPrefix("convolution") && $0.hasSuffix("Winograd") }, "\(plan.listing)")
        var random = RandomGenerator(seed: 3)
        var (single, double, magnitudes): (Bindings<Float>, Bindings<Double>, Bindings<Double>) = ([:], [:], [:])
        for value in g.inputs(.data) {
            let numbers: Tensor<Float> = Sampler.generic.tensor(g.shape(value), using: &random)
            single[g[value].label] = .scalars(numbers)
            double[g[value].label] = .scalars(numbers.converted())
            magnitudes[g[value].label] = .scalars(numbers.map { abs(Double($0)) })
        }
        let exact = try Interpreter.run(g, [target], double)[0].scalars.elements
        let scale = try Interpreter.run(g, [target], magnitudes)[0].scalars.elements.max()!
        let planned = try Executor<Float>(plan).run(single)[0].scalars.elements
        let worst = zip(planned, exact).map { abs(Double($0) - $1) }.max()!
        // The transforms' coefficients amplify rounding by less than 64: a direct sum stays below its √n ulp, n = 288 and more.
        #expect(worst <= 64 * Double(Float.ulpOfOne) * scale, "\(worst / scale / Double(Float.ulpOfOne)) ulp")
    }

    @Test("Plans can do without it")
    func option() throws {
        let (g, target) = try graph(padding: [1, 1], size: [12, 12], role: .output)
        let plan = try ExecutionPlan(g, targets: [target], of: Float.self, options: ExecutionOptions(usesWinograd: false))
        #expect(plan.listing.allSatisfy { !$0.contains("Winograd") })
        let double = try ExecutionPlan(g, targets: [target], of: Double.self)
        #expect(double.listing.allSatisfy { !$0.contains("Winograd") })
    }
}
