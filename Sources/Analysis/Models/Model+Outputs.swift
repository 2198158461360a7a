// What a model says of data: outputs, accuracy, loss, confusion.

public import Interchange
import Networks
import Splines
public import Tensors
public import Training

extension Model {
    /// Accuracy, cross-entropy and confusion on labelled samples.
    /// - Throws: `TrainingError.data` where samples or classes do not fit.
    public func evaluate(on data: DataSet) throws -> Evaluation {
        if let network { return try network.evaluate(on: data, maximumBytes: readable.memoryLimit) }
        if let label = data.labels.max(), label >= outputCount {
            throw InterchangeError.malformed(
                file: data.name, place: "labels", expected: "classes below \(outputCount), the network's outputs", found: "\(label)")
        }
        let reader = try OutputReader(readable, batch: max(1, min(64, data.count)))
        var outputs: [Double] = []
        for first in stride(from: 0, to: data.count, by: reader.batch) {
            outputs += try reader.read(inputs(of: data, Array(first..<min(first + reader.batch, data.count)))).elements
        }
        return Evaluation(outputs: Tensor(shape: [data.count, outputCount], elements: outputs), labels: data.labels)
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
