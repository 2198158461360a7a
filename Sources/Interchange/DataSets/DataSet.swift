// Labelled samples, whatever file they came from.

public import Networks
public import Tensors

/// Samples with a class each.
public struct DataSet: Hashable, Sendable {
    /// As the user named it, such as `mnist:DIR`.
    public let name: String
    /// Shape `[N, C, H, W]` for images, `[N, D]` otherwise, of the file's own number type.
    public let samples: NumericTensor
    /// Shape `[N]`, each in 0 ..< `classCount`.
    public let labels: [Int]
    public let classCount: Int
    /// `classCount` of them, where the data name their classes.
    public let classNames: [String]?

    /// - Precondition: a label for every sample, each in 0 ..< `classCount`; a name for every class, if any.
    public init(name: String, samples: NumericTensor, labels: [Int], classCount: Int, classNames: [String]? = nil) {
        precondition(!samples.shape.isEmpty && samples.shape[0] == labels.count, "\(labels.count) labels for shape \(samples.shape)")
        precondition(labels.allSatisfy { 0 <= $0 && $0 < classCount }, "a label outside 0 ..< \(classCount)")
        precondition(classNames.map { $0.count == classCount } ?? true, "names for other than \(classCount) classes")
        (self.name, self.samples, self.labels, self.classCount, self.classNames) = (name, samples, labels, classCount, classNames)
    }

    /// The number of samples.
    public var count: Int { labels.count }
    /// What the samples take in memory.
    public var byteCount: Int { samples.byteCount }
    /// One sample's, such as `[1, 28, 28]`.
    public var sampleShape: Shape { Array(samples.shape.dropFirst()) }

    /// The samples chosen, in that order, as a network's input, shape `[count, …]`.
    ///
    /// - Precondition: every index is in 0 ..< `count`.
    @specialized(where S == Float)
    @specialized(where S == Double)
    public func inputs<S: Scalar>(_ indices: [Int], normalization: Normalization, as _: S.Type = S.self) -> Tensor<S> {
        normalization.apply(to: samples.rows(indices).converted(to: S.self))
    }

    /// All samples as a network's input, shape `[N, …]`.
    @specialized(where S == Float)
    @specialized(where S == Double)
    public func inputs<S: Scalar>(normalization: Normalization, as _: S.Type = S.self) -> Tensor<S> {
        normalization.apply(to: samples.converted(to: S.self))
    }

    /// The samples chosen, in that order.
    ///
    /// - Precondition: every index is in 0 ..< `count`.
    public func subset(_ indices: [Int]) -> DataSet {
        DataSet(
            name: name, samples: samples.rows(indices), labels: indices.map { labels[$0] }, classCount: classCount, classNames: classNames)
    }

    /// Two disjoint parts: for data that come in one piece. The same seed gives the same parts; each keeps the order of the whole.
    ///
    /// - Parameter testFraction: in 0…1; the test part has this fraction of the samples, rounded down.
    public func split(testFraction: Double, seed: UInt64) -> (train: DataSet, test: DataSet) {
        precondition((0...1).contains(testFraction), "test fraction \(testFraction), expected 0…1")
        var generator = RandomGenerator(seed: seed, purpose: "split")
        let order = generator.permutation(count)
        let testCount = Int(Double(count) * testFraction)
        return (subset(order[testCount...].sorted()), subset(order[..<testCount].sorted()))
    }
}
