// What a report is made from, and how much of it is read: every cost has a number here.

public import Analysis
public import Interchange
import Networks
import Tensors

/// How far the work is: what is done, how many, of how many.
public typealias ReportProgress = (_ what: String, _ done: Int, _ total: Int) -> Void

/// How many samples each part of a report reads.
public struct ReportOptions: Hashable, Sendable {
    /// Test samples whose templates are drawn; `nil` for the first of each class, up to `templateCount`.
    public var templateSamples: [Int]?
    public var templateCount = 8
    /// Test samples whose whole A[x] is read, for mean Gram matrices and cosines: the dearest reading.
    public var slopeCount = 48
    /// Samples of each part of the data for outputs, offsets and codes.
    public var sampleCount = 600
    /// Training samples among which neighbours are searched.
    public var searchCount = 1_500
    /// Test samples whose neighbours are searched, and how many of them are drawn.
    public var queryCount = 24
    public var drawnQueryCount = 4
    public var neighborCount = 10
    /// Layers whose neighbours are drawn, spread over the depth.
    public var drawnLayerCount = 6
    /// Classes drawn side by side; of more, those with the largest outputs.
    public var drawnClassCount = 10
    /// The most cells of a plane through three samples, 0 for no such plane: it may take minutes; and the most units with which it is
    /// tried.
    public var sliceCellLimit = 0
    public var sliceUnitLimit = 20_000

    public init() {}
}

/// A network and the samples it is read at.
public struct ReportData: Sendable {
    public let model: Model
    /// What the network learned from, where it is known and differs from `test`.
    public let train: DataSet?
    public let test: DataSet
    public let classNames: [String]

    /// - Parameter classNames: one a class; the model's or the data's own when `nil`.
    public init(_ model: Model, train: DataSet?, test: DataSet, classNames: [String]? = nil) {
        (self.model, self.train, self.test) = (model, train, test)
        let names = classNames ?? model.classNames ?? test.classNames ?? []
        self.classNames = (0..<max(model.outputCount, test.classCount)).map { $0 < names.count ? names[$0] : "\($0)" }
    }

    /// What must be said of where the data come from.
    public var remarks: [Prose] { test.name == "digits" ? [ReportData.digitsRemark] : [] }

    /// The digits' licence asks for it.
    static let digitsRemark: Prose =
        "Images: Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak, UCI Machine Learning Repository 1998, CC BY 4.0."

    /// `count` of `total` indices, evenly spread, all where there are no more.
    static func spread(_ count: Int, of total: Int) -> [Int] {
        count >= total ? Array(0..<total) : (0..<count).map { $0 * total / count }
    }

    /// The first sample of each class, classes in order, at most `count`.
    static func firstOfEachClass(_ data: DataSet, count: Int) -> [Int] {
        var first: [Int: Int] = [:]
        for (index, label) in data.labels.enumerated() where first[label] == nil { first[label] = index }
        return first.sorted { $0.key < $1.key }.prefix(count).map(\.value)
    }

    /// The samples in batches of `size`, with their places in `indices`.
    func batches(_ data: DataSet, _ indices: [Int], size: Int, _ body: (Range<Int>, Tensor<Double>) throws -> Void) throws {
        for start in stride(from: 0, to: indices.count, by: size) {
            let range = start..<min(start + size, indices.count)
            try body(range, model.inputs(of: data, Array(indices[range])))
        }
    }
}
