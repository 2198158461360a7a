// The plane of most variance, on samples whose plane is known.

import Analysis
import Partitions
import Tensors
import Testing

@Suite struct PrincipalPlaneTests {
    /// Points mean + s·3·u + t·v + r·w on a grid, t and r in the scales, with orthonormal u, v, w = (2, 2, 1)/3, (−2, 1, 2)/3, (1, −2, 2)/3.
    @Test("The directions are those of most variance, and the box holds the samples", arguments: [[1, 0.1], [2.97, 2.94]])
    func directions(_ scales: [Double]) throws {
        let basis = [[2.0, 2, 1], [-2, 1, 2], [1, -2, 2]].map { $0.map { $0 / 3 } }
        var elements: [Double] = []
        for s in -1...1 {
            for t in -1...1 {
                for r in -1...1 {
                    let weights = [3 * Double(s), scales[0] * Double(t), scales[1] * Double(r)]
                    elements += (0..<3).map { i in Double(i) + zip(weights, basis).reduce(0) { $0 + $1.0 * $1.1[i] } }
                }
            }
        }
        let samples = Tensor(shape: [27, 3], elements: elements)
        let domain = try Domain(principal: samples, margin: 0.5)
        let embedding = try #require(domain.embedding)
        // The largest entry of v is one of two equal ones: its sign is checked up to ±.
        let alike = zip(embedding.directions, basis).map { found, known in abs(zip(found, known).reduce(0) { $0 + $1.0 * $1.1 }) }
        #expect(alike.allSatisfy { abs($0 - 1) < 1e-12 })
        #expect(zip(embedding.origin, [0, 1, 2]).allSatisfy { abs($0 - $1) < 1e-12 })
        // Ranges [−3, 3] and [−t, t], each 0.5 · 6 more.
        guard case .box(let ranges) = domain.region else { return #expect(Bool(false), "no box") }
        #expect(abs(ranges[0].upperBound - 6) < 1e-7 && abs(ranges[1].upperBound - 3 - scales[0]) < 1e-6)
    }

    @Test("Samples without two directions are refused")
    func refusals() {
        func refusal(_ shape: Shape, _ elements: [Double]) -> String {
            do { _ = try Domain(principal: Tensor(shape: shape, elements: elements)) } catch { return "\(error)" }
            return "accepted"
        }
        #expect(refusal([2, 2], [0, 0, 1, 1]) == "principal plane: samples 2 of 2, expected at least 3 of at least 2 numbers")
        #expect(refusal([3, 2], [1, 1, 1, 1, 1, 1]) == "principal plane: samples that vary in no direction, expected in two or more")
        let line = (0..<20).flatMap { n in [0.1, 0.7, -0.3].map { $0 * Double(n) + 0.2 } }
        #expect(refusal([20, 3], line) == "principal plane: samples that vary in one direction, expected in two or more")
        #expect(refusal([3, 2], [1, 1, .nan, 1, 1, 1]) == "principal plane: samples nan, expected numbers of at most 1e70")
        #expect(refusal([3, 2], [1, 1, 1e90, 1, 1, 1]) == "principal plane: samples 1e+90, expected numbers of at most 1e70")
        #expect(refusal([4, 3], [1e13, 0, 1, 2e13, 1, 0, 3e13, 0, 0, 3e13, 1, 1]) == "accepted")
        for scale in [1e60, 1e-60] { #expect(refusal([3, 2], [0, 0, scale, 0, 0, scale]) == "accepted") }
    }
}
