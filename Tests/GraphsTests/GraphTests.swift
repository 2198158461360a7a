// Hand-worked values and codes, ties among them, and refusals with their whole text.

import Graphs
import Tensors
import Testing

@Suite struct GraphTests {
    private func run(_ x: [Double], _ shape: Shape, _ build: (inout Graph, Value) throws -> Value) throws -> [Double] {
        var graph = Graph()
        let input = try graph.data("x", shape)
        let output = try build(&graph, input)
        return try Interpreter.run(graph, [output], ["x": .scalars(Tensor(shape: shape, elements: x))])[0].scalars.elements
    }

    private func codes(_ x: [Double], _ shape: Shape, _ selector: Selector) throws -> [Int32] {
        var graph = Graph()
        let code = try graph.append(.select(selector), [graph.data("x", shape)])
        return try Interpreter.run(graph, [code], ["x": .scalars(Tensor(shape: shape, elements: x))])[0].code.elements
    }

    @Test("Pieces: values and codes at, below and above the knots")
    func pieces() throws {
        let x = [-2, -1, 0, 0.5, 1, 7.0]
        #expect(try run(x, [6]) { try $0.relu($1) } == [0, 0, 0, 0.5, 1, 7])
        #expect(try run(x, [6]) { try $0.leakyReLU($1, slope: -0.5) } == [1, 0.5, 0, 0.5, 1, 7])
        #expect(try run(x, [6]) { try $0.absoluteValue($1) } == [2, 1, 0, 0.5, 1, 7])
        #expect(try run(x, [6]) { try $0.clip($1, low: -1, high: 1) } == [-1, -1, 0, 0.5, 1, 1])
        #expect(try run(x, [6]) { try $0.sign($1) } == [-1, -1, 0, 1, 1, 1])
        #expect(try codes(x, [6], .knots(Knots([0]))) == [0, 0, 0, 1, 1, 1])  // a tie takes the first piece
        #expect(try codes(x, [6], .knots(Knots([-1, 1]))) == [0, 0, 1, 1, 1, 2])
        #expect(try codes(x, [6], .knots(Knots([0], upperClosed: [true]))) == [0, 0, 1, 1, 1, 1])
    }

    @Test("A piece of slope 0 is its offset even at infinity, and NaN stays NaN")
    func nonFinite() throws {
        let values = try run([-.infinity, .infinity, .nan], [3]) { try $0.relu($1) }
        #expect(values[0] == 0 && values[1] == .infinity && values[2].isNaN)
    }

    @Test("Maxima: the first of equal entries, in row-major order of the full window, padding never")
    func maxima() throws {
        // 3 × 3, window 2 × 2 with padding 1 before each axis and stride 2: places 0…3 of each window.
        let x: [Double] = [-1, -1, 5, -2, -1, 5, 5, 5, 5]
        let window = try SlidingWindow(inputSize: [3, 3], kernelSize: [2, 2], strides: [2, 2], paddingLow: [1, 1])
        // windows: {(0,0)} at place 3; {(0,1), (0,2)} at places 2, 3; {(1,0), (2,0)} at places 1, 3; {(1,1), (1,2), (2,1), (2,2)}.
        #expect(try codes(x, [1, 1, 3, 3], .largest(.window(window))) == [3, 3, 3, 1])
        #expect(try run(x, [1, 1, 3, 3]) { try $0.maximumPooling($1, window: window) } == [-1, 5, 5, 5])
        #expect(try codes([1, 3, 3, 2, 2, 2], [2, 3], .largest(.axis(1, count: 3))) == [1, 0])
        #expect(try codes([1, 3, 3, 2, 2, 2], [2, 3], .winners(axis: 1, count: 1)) == [0, 1, 0, 1, 0, 0])
    }

    @Test("Windows: a partial one where rounding up, none that begins in the far padding")
    func windows() throws {
        // (5 − 2) / 2 = 1 rest 1: two windows, three when rounding up.
        #expect(try SlidingWindow(inputSize: [5], kernelSize: [2], strides: [2]).outputSize == [2])
        #expect(try SlidingWindow(inputSize: [5], kernelSize: [2], strides: [2], roundingUp: true).outputSize == [3])
        // 4 + 1 + 1 with kernel 1 and stride 3: windows begin at 0, 3 and 6; 6 is beyond input and low padding (4 + 1).
        let window = try SlidingWindow(inputSize: [4], kernelSize: [1], strides: [3], paddingLow: [1], paddingHigh: [1], roundingUp: true)
        #expect(window.outputSize == [2])
    }

    @Test("Cross-correlation by hand")
    func convolution() throws {
        // x = 1 2 3 / 4 5 6 / 7 8 9, w = 1 0 / 0 −1: x[i,j] − x[i+1,j+1] = −4 everywhere.
        let values = try run((1...9).map(Double.init), [1, 1, 3, 3]) {
            let weight = try $0.constant(Tensor(shape: [1, 1, 2, 2], elements: [1, 0, 0, -1]))
            return try $0.convolution($1, weight: weight, window: SlidingWindow(inputSize: [3, 3], kernelSize: [2, 2]))
        }
        #expect(values == [-4, -4, -4, -4])
    }

    @Test("Mean pooling divides by the entries present, or by the padded window when asked")
    func meanPooling() throws {
        let window = try SlidingWindow(inputSize: [3], kernelSize: [2], strides: [2], paddingLow: [1])
        #expect(try run([4, 6, 10], [1, 1, 3]) { try $0.meanPooling($1, window: window) } == [4, 8])
        #expect(try run([4, 6, 10], [1, 1, 3]) { try $0.meanPooling($1, window: window, countingPadding: true) } == [2, 8])
    }

    @Test("Log-sum-exp and softmax of large numbers do not overflow")
    func stableExponentials() throws {
        #expect(try run([1000, 1000], [1, 2]) { try $0.softmax($1) } == [0.5, 0.5])
        #expect(try run([1000, -1000], [1, 2]) { try $0.logSumExp($1) } == [1000])
        #expect(try run([-1000, 1000], [2]) { try $0.smooth(.softplus, $1) } == [0, 1000])
    }

    @Test("Refusals name the node, what was expected and what was found")
    func refusals() throws {
        var graph = Graph()
        let x = try graph.data("x", [2, 3, 8, 8])
        let weight = try graph.parameter("conv1.weight", [4, 2, 3, 3])
        let window = try SlidingWindow(inputSize: [8, 8], kernelSize: [3, 3])
        func text(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "accepted"
            } catch { return "\(error)" }
        }
        #expect(
            text { _ = try graph.convolution(x, weight: weight, window: window, name: "conv1") }
                == "conv1: weight: expected 3 input channels in 1 groups, got [4, 2, 3, 3]")
        #expect(text { _ = try graph.data("x", [1]) } == "x: name: expected a name not used by another input, got 'x'")
        #expect(text { _ = try graph.reshape(x, [5, 5], name: "flat") } == "flat: shape: expected 384 elements, got [5, 5]")
        #expect(
            text { _ = try graph.append(.apply(Pieces(slopes: [0, 1])), [x, x]) }
                == "apply: operand 1: expected a code, got numbers of shape [2, 3, 8, 8]")
        #expect(
            text { _ = try graph.add(x, weight) } == "add: operand 1: expected a shape that broadcasts with [2, 3, 8, 8], got [4, 2, 3, 3]")
        #expect(
            text { _ = try SlidingWindow(inputSize: [2], kernelSize: [3], node: "conv7") }
                == "conv7: kernel size along spatial axis 0: expected at most 2 with its dilation, got 3")
        #expect(
            text { _ = try graph.dense(x, weight: weight, name: "fc") } == "fc: operand 1: expected leading axes [2, 3], got [4, 2, 3, 3]")
        #expect(
            text { _ = try Interpreter.run(graph, [x], ["x": .scalars(Tensor<Double>.zeros([1]))]) }
                == "x: shape: expected [2, 3, 8, 8], got [1]")
        #expect(
            text { _ = try Interpreter.run(graph, [x], [:] as Bindings<Float>) } == "x: input: expected [2, 3, 8, 8], got nothing bound")
    }
}
