// What a model says of data: outputs, accuracy, loss, confusion.

public import Interchange
import Networks
public import Tensors
public import Training

extension Model {
    /// Accuracy, cross-entropy and confusion on labelled samples.
    /// - Throws: `TrainingError.data` where samples or classes do not fit.
    public func evaluate(on data: DataSet) throws -> Training.Evaluation {
        guard let network else { throw InterchangeError.unsupported(file: name, what: "evaluation of imported models") }
        return try network.evaluate(on: data)
    }

    /// The outputs before a final softmax, `[N, K]`, in the weights' own precision, of samples that are the network's input as they are.
    public func predict(_ samples: Tensor<Double>) throws -> NumericTensor {
        guard let network else { throw InterchangeError.unsupported(file: name, what: "prediction of imported models") }
        return network.parameters.isDouble
            ? .float64(try network.predict(samples)) : .float32(try network.predict(samples.converted(to: Float.self)))
    }
}
