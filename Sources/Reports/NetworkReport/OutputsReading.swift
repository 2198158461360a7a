// What outputs and offsets tell of many samples: accuracy, confusion, and ⟨A[x]_c, x⟩ = f_c(x) − b_c[x] without reading a slope.

public import Analysis
import Graphs
public import Interchange
import Splines
import Tensors

/// Outputs of one part of the data.
public struct OutputsReading: Sendable {
    public let count: Int
    /// `confusion[y][p]`: samples of class y whose first largest output is p.
    public private(set) var confusion: [[Int]]
    /// The inner products of templates and samples; `nil` where the network is not piecewise affine.
    public private(set) var memorization: Memorization?

    public var accuracy: Double {
        count == 0 ? 0 : Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }) / Double(count)
    }

    /// Reads the samples `indices` of one part of the data.
    public init(_ data: ReportData, _ part: DataSet, _ indices: [Int], progress: (_ done: Int) -> Void = { _ in }) throws {
        let classes = data.classNames.count
        count = indices.count
        confusion = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        let reader = try AffineReader(data.model.readable, batch: max(1, min(32, indices.count)), tangent: true)
        memorization = reader.isExact ? Memorization() : nil
        let outputs = reader.isExact ? nil : try CodeReader(data.model.readable, batch: reader.batch)
        try data.batches(part, indices, size: reader.batch) { range, x in
            let labels = indices[range].map { part.labels[$0] }
            if let outputs {
                count(try outputs.read(x).outputs, labels)
            } else {
                let (values, offsets) = try reader.readOffsets(x)
                count(values, labels)
                for (row, label) in labels.enumerated() {
                    let products = zip(values.rows(row..<row + 1).elements, offsets.rows(row..<row + 1).elements).map { $0 - $1 }
                    memorization?.add(innerProducts: products, label: label)
                }
            }
            progress(range.upperBound)
        }
    }

    private mutating func count(_ outputs: Tensor<Double>, _ labels: [Int]) {
        for (row, label) in labels.enumerated() {
            let values = outputs.rows(row..<row + 1).elements
            confusion[label][values.indices.max { (values[$0], $1) < (values[$1], $0) } ?? 0] += 1
        }
    }
}
