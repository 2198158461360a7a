// Winograd's filtering computes the same convolution with larger rounding: its error is bounded against the sum of magnitudes.

import Execution
import Graphs
import TestSupport
import Tensors
import Testing

@Suite struct WinogradTests {
    /// The three roles of one convolution, over images that no tile divides.
    private func graph(padding: [Int], size: [Int], role: Convolution.Role, channels: Int = 32) throws -> (graph: Graph, target: Value) {
        let window = try SlidingWindow(inputSize: size, kernelSize: [3, 3], paddingLow: padding, paddingHigh: padding.reversed())
        let shapes: [Convolution.Role: Shape] = [
            .input: [3, channels] + size, .weight: [channels + 16, channels, 3, 3], .output: [3, channels + 16] + window.outputSize,
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
        try checkError(Float.self, padding, role, channels: 32)
        try checkError(Double.self, padding, role, channels: 64)
    }

    private func checkError<S: Scalar>(_: S.Type, _ padding: [Int], _ role: Convolution.Role, channels: Int) throws {
        let (g, target) = try graph(padding: padding, size: [14, 11], role: role, channels: channels)
        let plan = try ExecutionPlan(g, targets: [target], of: S.self, options: ExecutionOptions(usesWinogradInDouble: true))
        #expect(plan.listing.contains { $0.hasPrefix("convolution") && $0.hasSuffix("Winograd") }, "\(plan.listing)")
        var random = RandomGenerator(seed: 3)
        var (given, double, magnitudes): (Bindings<S>, Bindings<Double>, Bindings<Double>) = ([:], [:], [:])
        for value in g.inputs(.data) {
            // Numbers of 24 bits: their products are exact in Double, and the interpreter's sums good to some ulp.
            let numbers: Tensor<Float> = Sampler.generic.tensor(g.shape(value), using: &random)
            given[g[value].label] = .scalars(numbers.converted())
            double[g[value].label] = .scalars(numbers.converted())
            magnitudes[g[value].label] = .scalars(numbers.map { abs(Double($0)) })
        }
        let exact = try Interpreter.run(g, [target], double)[0].scalars.elements
        let scale = try Interpreter.run(g, [target], magnitudes)[0].scalars.elements.max()!
        let planned = try Executor<S>(plan).run(given)[0].scalars.elements
        let worst = zip(planned, exact).map { abs(Double($0) - $1) }.max()!
        // The transforms' coefficients amplify rounding by less than 64: a direct sum stays below its √n ulp, n = 288 and more.
        #expect(worst <= 64 * Double(S.ulpOfOne) * scale, "\(worst / scale / Double(S.ulpOfOne)) ulp")
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
