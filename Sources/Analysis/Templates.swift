// Templates (THEORY §5; R17 §3.4): the rows of A[x] are what the network compares x with, class by class.

public import Splines
public import Tensors

/// The templates of one sample for all classes.
public struct Templates: Sendable {
    /// A[x]_c, shape `[C] + sample shape`.
    public let slopes: Tensor<Double>
    /// ⟨A[x]_c, x⟩
    public let innerProducts: [Double]
    /// b[x]_c = z_c − ⟨A[x]_c, x⟩
    public let offsets: [Double]
    /// z_c, before the softmax.
    public let outputs: [Double]

    /// The templates of sample `index` among maps read at `x`.
    public init(_ maps: LocalAffineMaps, sample index: Int, x: Tensor<Double>) {
        let sample = x.rows(index..<index + 1)
        let row = maps.slopes.rows(index..<index + 1)
        let slopes = Tensor(shape: Array(row.shape.dropFirst()), elements: row.elements)
        self.slopes = slopes
        outputs = maps.outputs.rows(index..<index + 1).elements
        offsets = maps.offsets.rows(index..<index + 1).elements
        innerProducts = (0..<slopes.shape[0]).map { c in
            zip(slopes.rows(c..<c + 1).elements, sample.elements).reduce(0) { $0 + $1.0 * $1.1 }
        }
    }

    public var classCount: Int { outputs.count }

    /// The class with the largest output, the first of equal ones.
    public var predictedClass: Int { outputs.indices.max { (outputs[$0], $1) < (outputs[$1], $0) } ?? 0 }

    /// G[x] = A[x] A[x]ᵀ, shape `[C, C]` (R17 fig. 9).
    public var gramMatrix: Tensor<Double> {
        let rows = (0..<classCount).map { slopes.rows($0..<$0 + 1).elements }
        var gram = Tensor<Double>.zeros([classCount, classCount])
        for a in 0..<classCount {
            for b in 0..<classCount { gram[a, b] = zip(rows[a], rows[b]).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        return gram
    }

    /// The Gram matrix as cosines; 0 where a template is zero.
    public var cosines: Tensor<Double> {
        var cosines = gramMatrix
        let norms = (0..<classCount).map { cosines[$0, $0].squareRoot() }
        for a in 0..<classCount {
            for b in 0..<classCount { cosines[a, b] = norms[a] * norms[b] == 0 ? 0 : cosines[a, b] / (norms[a] * norms[b]) }
        }
        return cosines
    }

    /// The cosine of each template to x; 0 where either is zero.
    public func cosines(to x: [Double]) -> [Double] {
        let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return (0..<classCount).map { c in
            let length = slopes.rows(c..<c + 1).elements.reduce(0) { $0 + $1 * $1 }.squareRoot()
            return norm * length == 0 ? 0 : innerProducts[c] / (norm * length)
        }
    }
}
