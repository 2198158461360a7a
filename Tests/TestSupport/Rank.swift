// Linear algebra in fractions, for laws over exact geometry.

public import Geometry

/// The rank of vectors, by elimination in fractions.
public func rank(_ vectors: [[Rational]]) -> Int {
    var (rows, rank) = (vectors, 0)
    for column in 0..<(vectors.first?.count ?? 0) {
        guard let r = rows.indices.dropFirst(rank).first(where: { rows[$0][column].signum != 0 }) else { continue }
        rows.swapAt(r, rank)
        for other in rows.indices.dropFirst(rank + 1) where rows[other][column].signum != 0 {
            let factor = rows[other][column] / rows[rank][column]
            rows[other] = zip(rows[other], rows[rank]).map { $0 - factor * $1 }
        }
        rank += 1
    }
    return rank
}
