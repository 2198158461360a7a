import Tensors
import Testing

@Suite struct TensorTests {
    let counting = Tensor(shape: [2, 3], elements: [0, 1, 2, 3, 4, 5])

    @Test("Elements lie in row-major order")
    func rowMajor() {
        #expect(counting[1, 0] == 3)
        #expect(counting.reshaped([3, 2])[2, 1] == 5)
        #expect([2, 3, 4].rowMajorStrides == [12, 4, 1])
    }

    @Test("Rows are chosen in the order given")
    func rows() {
        #expect(counting.rows(1..<2) == Tensor(shape: [1, 3], elements: [3, 4, 5]))
        #expect(counting.rows([1, 0, 1]).elements == [3, 4, 5, 0, 1, 2, 3, 4, 5])
    }

    @Test("A count that overflows or is negative is nil, not a trap")
    func checkedCount() {
        #expect([Int.max, 2].checkedElementCount == nil)
        #expect([-1, 2].checkedElementCount == nil)
        #expect([Int].init().checkedElementCount == 1)
    }

    @Test("Widening Float to Double is exact")
    func widening() {
        let values: [Float] = [0.1, -.infinity, .leastNonzeroMagnitude, 16_777_216]
        #expect(Tensor(shape: [4], elements: values).converted(to: Double.self).elements == values.map(Double.init))
    }

    @Test("A shape error reads: place, what, expected, got")
    func errorText() {
        let error = ShapeError(what: "weight", where: "conv2", expected: "[8, 3, 5, 5]", got: "[8, 3, 5]")
        #expect(error.description == "conv2: weight: expected [8, 3, 5, 5], got [8, 3, 5]")
    }
}
