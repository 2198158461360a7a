// How many inputs and outputs operators have: what a node has beyond them is refused, not passed over.

/// The most inputs and outputs of an operator, from an operator set on.
package struct OperatorArity: Hashable, Sendable {
    package let since: Int
    package let inputs: Int
    package let outputs: Int

    private init(since: Int = 1, _ inputs: Int, _ outputs: Int = 1) { (self.since, self.inputs, self.outputs) = (since, inputs, outputs) }

    /// That of an operator of `OperatorTable` in a set of the domain ONNX.
    package static func of(_ name: String, opset: Int) -> OperatorArity {
        table[name]?.last { $0.since <= opset } ?? OperatorArity(1)
    }

    private static let any = Int.max

    /// Those that have not one input and one output: the schemas of onnx 1.22.0, operator sets 6 to 27.
    private static let table: [String: [OperatorArity]] = {
        var table: [String: [OperatorArity]] = [
            "Constant": [OperatorArity(0)],
            "BatchNormalization": [OperatorArity(5, 5), OperatorArity(since: 14, 5, 3)],
            "Clip": [OperatorArity(1), OperatorArity(since: 11, 3)],
            "Dropout": [OperatorArity(1, 2), OperatorArity(since: 12, 3, 2)],
            "GRU": [OperatorArity(6, 2)], "RNN": [OperatorArity(6, 2)], "LSTM": [OperatorArity(8, 3)],
            "If": [OperatorArity(1, any)], "Loop": [OperatorArity(any, any)],
            "LayerNormalization": [OperatorArity(3, 3)],
            "MaxPool": [OperatorArity(1), OperatorArity(since: 8, 1, 2)],
            "Pad": [OperatorArity(1), OperatorArity(since: 11, 3), OperatorArity(since: 18, 4)],
            "ReduceSum": [OperatorArity(1), OperatorArity(since: 13, 2)],
            "Resize": [OperatorArity(2), OperatorArity(since: 11, 4)],
            "Slice": [OperatorArity(1), OperatorArity(since: 10, 5)],
            "Split": [OperatorArity(1, any), OperatorArity(since: 13, 2, any)],
            "Squeeze": [OperatorArity(1), OperatorArity(since: 13, 2)],
            "TopK": [OperatorArity(1, 2), OperatorArity(since: 10, 2, 2)],
            "Unsqueeze": [OperatorArity(1), OperatorArity(since: 13, 2)],
            "Upsample": [OperatorArity(1), OperatorArity(since: 9, 2)],
            "ai.onnx.ml.LinearClassifier": [OperatorArity(1, 2)],
        ]
        for name in [
            "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
            "ReduceSumSquare",
        ] {
            table[name] = [OperatorArity(1), OperatorArity(since: 18, 2)]
        }
        for name in ["Concat", "Einsum", "Max", "Mean", "Min", "Sum"] { table[name] = [OperatorArity(any)] }
        for name in [
            "Add", "And", "CastLike", "CumSum", "Div", "Equal", "Expand", "Gather", "GatherElements", "GatherND", "Greater",
            "GreaterOrEqual", "Less", "LessOrEqual", "MatMul", "Mod", "Mul", "Or", "PRelu", "Pow", "RMSNormalization", "Reshape",
            "ReverseSequence", "Sub", "Tile", "Trilu", "Xor", "ai.onnx.ml.ArrayFeatureExtractor",
        ] {
            table[name] = [OperatorArity(2)]
        }
        for name in [
            "Conv", "ConvTranspose", "DequantizeLinear", "Gemm", "GroupNormalization", "InstanceNormalization", "QuantizeLinear", "Range",
            "ScatterElements", "ScatterND", "Where",
        ] {
            table[name] = [OperatorArity(3)]
        }
        return table
    }()
}
