// A[x] of whole samples: the templates of all classes, with how exact they are (THEORY §5).

public import Analysis
import Interchange
import Splines
public import Tensors

/// The templates of chosen samples, and of what they tell on average.
public struct TemplatesReading: Sendable {
    /// One sample with the templates of all classes.
    public struct Sample: Sendable {
        /// Within the data.
        public let index: Int
        public let label: Int
        /// The network's input.
        public let x: [Double]
        public let templates: Templates
        public let isOnBoundary: Bool
    }

    /// The samples asked for, in their order.
    public private(set) var samples: [Sample] = []
    /// Whether the network is piecewise affine; else the slopes are the Jacobian and the offsets f − Jx.
    public let isExact: Bool
    /// The largest residual and the smallest margin over all samples read; `nil` for a tangent.
    public private(set) var worstResidual: Double?
    public private(set) var smallestMargin: Double?
    /// How many samples lie on a boundary, where the code is a convention.
    public private(set) var boundaryCount = 0
    /// How many samples were read, those asked for included.
    public private(set) var count = 0
    /// The mean of the Gram matrices as cosines, shape `[C, C]`.
    public private(set) var meanCosines: Tensor<Double>
    /// Cosines of A[x]_c and x for correct and incorrect classes.
    public private(set) var cosines = Memorization()

    /// Reads the templates of `indices`, and of `further` samples for the averages alone.
    public init(_ data: ReportData, _ indices: [Int], further: [Int] = [], progress: ReportProgress = { _, _, _ in }) throws {
        let all = indices + further.filter { !indices.contains($0) }
        let reader = try AffineReader(data.model.readable, batch: max(1, min(8, all.count)), tangent: true)
        isExact = reader.isExact
        meanCosines = .zeros([reader.outputCount, reader.outputCount])
        try data.batches(data.test, all, size: reader.batch) { range, x in
            let maps = try reader.read(x)
            for (row, place) in range.enumerated() {
                let templates = Templates(maps, sample: row, x: x)
                let sample = Sample(
                    index: all[place], label: data.test.labels[all[place]], x: x.rows(row..<row + 1).elements, templates: templates,
                    isOnBoundary: maps.isExact && maps.isOnBoundary[row])
                if place < indices.count { samples.append(sample) }
                add(sample)
            }
            worstResidual = (maps.residuals + [worstResidual].compactMap(\.self)).max()
            smallestMargin = (maps.margins + [smallestMargin].compactMap(\.self)).min()
            progress("templates", range.upperBound, all.count)
        }
        meanCosines = meanCosines.map { $0 / Double(max(count, 1)) }
    }

    private mutating func add(_ sample: Sample) {
        count += 1
        if sample.isOnBoundary { boundaryCount += 1 }
        for (i, cosine) in sample.templates.cosines.elements.enumerated() { meanCosines.elements[i] += cosine }
        cosines.add(innerProducts: sample.templates.cosines(to: sample.x), label: sample.label)
    }
}

extension LocalAffineMaps {
    fileprivate var isExact: Bool { !residuals.isEmpty || outputs.shape[0] == 0 }
}
