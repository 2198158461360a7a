// Memorisation (THEORY §6; ICML18 fig. 2): at the optimum the template of the right class is x itself, those of the others −x. How far
// a trained network is on that way shows in ⟨A[x]_c, x⟩ for the right class and the wrong ones.

/// ⟨A[x]_c, x⟩ over a data set, apart for correct and incorrect classes.
public struct Memorization: Sendable {
    /// One for each sample.
    public private(set) var correct: [Double] = []
    /// C − 1 for each sample.
    public private(set) var incorrect: [Double] = []

    public init() {}

    /// Adds a sample's inner products.
    public mutating func add(innerProducts: [Double], label: Int) {
        for (c, product) in innerProducts.enumerated() {
            if c == label { correct.append(product) } else { incorrect.append(product) }
        }
    }

    /// The difference of the means over the pooled standard deviation; `nil` where there is no spread or a set is empty.
    public var separation: Double? {
        guard correct.count > 1, incorrect.count > 1 else { return nil }
        func moments(_ values: [Double]) -> (mean: Double, squares: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) })
        }
        let (right, wrong) = (moments(correct), moments(incorrect))
        let pooled = ((right.squares + wrong.squares) / Double(correct.count + incorrect.count - 2)).squareRoot()
        return pooled == 0 ? nil : (right.mean - wrong.mean) / pooled
    }

    /// The area under the ROC curve: the probability that a correct class's product exceeds an incorrect one's, ties counting half.
    /// `nil` where a set is empty. O(n log n).
    public var areaUnderCurve: Double? {
        guard !correct.isEmpty, !incorrect.isEmpty else { return nil }
        let ranked = (correct.map { ($0, true) } + incorrect.map { ($0, false) }).sorted { $0.0 < $1.0 }
        var (rankSum, start) = (0.0, 0)
        while start < ranked.count {
            var end = start
            while end < ranked.count && ranked[end].0 == ranked[start].0 { end += 1 }
            let rank = Double(start + 1 + end) / 2  // the mean rank of equal ones, from 1
            rankSum += rank * Double(ranked[start..<end].count { $0.1 })
            start = end
        }
        let (m, n) = (Double(correct.count), Double(incorrect.count))
        return (rankSum - m * (m + 1) / 2) / (m * n)
    }
}
