// What a model says of data: outputs, accuracy, loss, confusion.

public import Interchange
import Networks
import Splines
public import Tensors
public import Training

extension Model {
    /// Accuracy, cross-entropy and confusion on labelled samples.
    /// - Throws: `TrainingError.data` where samples or classes do not fit.
    public func evaluate(on data: DataSet) throws -> Training.Evaluation {
        // In parts, because the samples as numbers can need more memory than plans do.
        let size = max(1, data.sampleShape.elementCount * 4 * MemoryLayout<Double>.stride)
        let step = max(256, readable.memoryLimit / size)
        guard data.count > step else { return try evaluatePart(data) }
        let parts = try stride(from: 0, to: data.count, by: step).map {
            try evaluatePart(data.subset(Array($0..<min($0 + step, data.count))))
        }
        return Training.Evaluation(merging: parts)
    }

    private func evaluatePart(_ data: DataSet) throws -> Training.Evaluation {
        if let network { return try network.evaluate(on: data, maximumBytes: readable.memoryLimit) }
        if let label = data.labels.max(), label >= outputCount {
            throw InterchangeError.malformed(
                file: data.name, place: "labels", expected: "classes below \(outputCount), the network's outputs", found: "\(label)")
        }
        let outputs = try OutputReader(readable, batch: max(1, min(64, data.count))).read(inputs(of: data, Array(0..<data.count)))
        return Training.Evaluation(outputs: outputs, labels: data.labels)
    }

    /// The outputs before a final softmax, `[N, K]`, in the weights' own precision, of samples that are the network's input as they are.
    public func predict(_ samples: Tensor<Double>) throws -> NumericTensor {
        guard let network else {
            return .float64(try OutputReader(readable, batch: max(1, min(64, samples.shape.first ?? 1))).read(samples))
        }
        let limit = readable.memoryLimit
        return network.parameters.isDouble
            ? .float64(try network.predict(samples, maximumBytes: limit))
            : .float32(try network.predict(samples.converted(to: Float.self), maximumBytes: limit))
    }
}
