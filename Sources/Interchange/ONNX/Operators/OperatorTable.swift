// Operator → rule. What is not here is refused by name.

import Graphs
import Tensors

typealias OperatorRule = @Sendable (NodeContext) throws(ONNXError) -> [ImportedValue]

enum OperatorTable {
    static let rules: [String: OperatorRule] = arithmetic.merging(activations) { $1 }.merging(movements) { $1 }.merging(logic) { $1 }
        .merging(sources) { $1 }.merging(reductions) { $1 }.merging(layers) { $1 }.merging(structure) { $1 }

    private static let arithmetic: [String: OperatorRule] = [
        "Add": { c throws(ONNXError) in try c.arithmetic(.add) }, "Sub": { c throws(ONNXError) in try c.arithmetic(.subtract) },
        "Mul": { c throws(ONNXError) in try c.arithmetic(.multiply) },
        "Div": { c throws(ONNXError) in try c.arithmetic(.divide) }, "Neg": { c throws(ONNXError) in try c.negate() },
        "Sum": { c throws(ONNXError) in try c.sum(mean: false) },
        "Mean": { c throws(ONNXError) in try c.sum(mean: true) }, "Max": { c throws(ONNXError) in try c.extreme(largest: true) },
        "Min": { c throws(ONNXError) in try c.extreme(largest: false) },
        "Pow": { c throws(ONNXError) in try c.power() }, "Mod": { c throws(ONNXError) in try c.modulo() },
        "Sqrt": { c throws(ONNXError) in try c.smooth(.squareRoot) },
        "Exp": { c throws(ONNXError) in try c.smooth(.exponential) }, "Log": { c throws(ONNXError) in try c.smooth(.logarithm) },
        "Erf": { c throws(ONNXError) in try c.smooth(.errorFunction) },
        "Reciprocal": { c throws(ONNXError) in try c.smooth(.reciprocal) }, "Abs": { c throws(ONNXError) in try c.absolute() },
        "Sign": { c throws(ONNXError) in try c.sign() },
        "Floor": { c throws(ONNXError) in try c.rounding(.down) }, "Ceil": { c throws(ONNXError) in try c.rounding(.up) },
        "Round": { c throws(ONNXError) in try c.rounding(.toNearestOrEven) },
    ]

    private static let activations: [String: OperatorRule] = [
        "Relu": { c throws(ONNXError) in
            try c.entrywise(integers: { max($0, 0) }, numbers: { max($0, 0) }) { g, u throws(GraphError) in try g.relu(u, name: c.name) }
        },
        "LeakyRelu": { c throws(ONNXError) in try c.leakyReLU() }, "PRelu": { c throws(ONNXError) in try c.parametricReLU() },
        "Clip": { c throws(ONNXError) in try c.clip() },
        "Sigmoid": { c throws(ONNXError) in try c.smooth(.sigmoid) }, "Tanh": { c throws(ONNXError) in try c.smooth(.hyperbolicTangent) },
        "Softplus": { c throws(ONNXError) in try c.smooth(.softplus) },
        "HardSigmoid": { c throws(ONNXError) in try c.hardSigmoid() }, "HardSwish": { c throws(ONNXError) in try c.hardSwish() },
        "Elu": { c throws(ONNXError) in try c.elu() }, "Selu": { c throws(ONNXError) in try c.selu() },
        "Celu": { c throws(ONNXError) in try c.celu() }, "Gelu": { c throws(ONNXError) in try c.gelu() },
        "Softsign": { c throws(ONNXError) in try c.softsign() }, "Swish": { c throws(ONNXError) in try c.swish() },
        "Mish": { c throws(ONNXError) in try c.mish() }, "ThresholdedRelu": { c throws(ONNXError) in try c.thresholdedReLU() },
        "Shrink": { c throws(ONNXError) in try c.shrink() },
        "Softmax": { c throws(ONNXError) in try c.softmax(.softmax) }, "LogSoftmax": { c throws(ONNXError) in try c.softmax(.logarithm) },
        "Hardmax": { c throws(ONNXError) in try c.softmax(.hard) },
    ]

    private static let movements: [String: OperatorRule] = [
        "Reshape": { c throws(ONNXError) in try c.reshape() }, "Flatten": { c throws(ONNXError) in try c.flatten() },
        "Squeeze": { c throws(ONNXError) in try c.squeeze() },
        "Unsqueeze": { c throws(ONNXError) in try c.unsqueeze() }, "Transpose": { c throws(ONNXError) in try c.transpose() },
        "Expand": { c throws(ONNXError) in try c.expand() }, "Tile": { c throws(ONNXError) in try c.tile() },
        "Concat": { c throws(ONNXError) in try c.concatenate() }, "Split": { c throws(ONNXError) in try c.split() },
        "Slice": { c throws(ONNXError) in try c.slice() }, "Gather": { c throws(ONNXError) in try c.gather() },
        "GatherElements": { c throws(ONNXError) in try c.gatherElements() }, "GatherND": { c throws(ONNXError) in try c.gatherND() },
        "ScatterND": { c throws(ONNXError) in try c.scatterND() },
        "ScatterElements": { c throws(ONNXError) in try c.scatterElements() },
        "DepthToSpace": { c throws(ONNXError) in try c.depthToSpace() },
        "SpaceToDepth": { c throws(ONNXError) in try c.spaceToDepth() }, "Pad": { c throws(ONNXError) in try c.pad() },
        "Resize": { c throws(ONNXError) in try c.resize() }, "Upsample": { c throws(ONNXError) in try c.upsample() },
    ]

    private static let logic: [String: OperatorRule] = [
        "Equal": { c throws(ONNXError) in try c.compare(.equal) }, "Greater": { c throws(ONNXError) in try c.compare(.greater) },
        "GreaterOrEqual": { c throws(ONNXError) in try c.compare(.greaterOrEqual) },
        "Less": { c throws(ONNXError) in try c.compare(.less) }, "LessOrEqual": { c throws(ONNXError) in try c.compare(.lessOrEqual) },
        "And": { c throws(ONNXError) in try c.connect(.and) },
        "Or": { c throws(ONNXError) in try c.connect(.or) }, "Xor": { c throws(ONNXError) in try c.connect(.xor) },
        "Not": { c throws(ONNXError) in try c.not() }, "Where": { c throws(ONNXError) in try c.choose() },
        "Cast": { c throws(ONNXError) in try c.cast() }, "CastLike": { c throws(ONNXError) in try c.castLike() },
    ]

    private static let sources: [String: OperatorRule] = [
        "Constant": { c throws(ONNXError) in try c.constant() }, "ConstantOfShape": { c throws(ONNXError) in try c.constantOfShape() },
        "Shape": { c throws(ONNXError) in try c.shape() },
        "Size": { c throws(ONNXError) in try c.size() }, "Range": { c throws(ONNXError) in try c.range() },
        "Identity": { c throws(ONNXError) in try c.identity() }, "Dropout": { c throws(ONNXError) in try c.dropout() },
        "EyeLike": { c throws(ONNXError) in try c.eyeLike() },
    ]

    private static let reductions: [String: OperatorRule] = [
        "ReduceSum": { c throws(ONNXError) in try c.reduce(.sum) }, "ReduceMean": { c throws(ONNXError) in try c.reduce(.mean) },
        "ReduceMax": { c throws(ONNXError) in try c.reduce(.max) },
        "ReduceMin": { c throws(ONNXError) in try c.reduce(.min) }, "ReduceProd": { c throws(ONNXError) in try c.reduce(.product) },
        "ReduceL1": { c throws(ONNXError) in try c.reduce(.l1) },
        "ReduceL2": { c throws(ONNXError) in try c.reduce(.l2) }, "ReduceSumSquare": { c throws(ONNXError) in try c.reduce(.sumSquare) },
        "ReduceLogSum": { c throws(ONNXError) in try c.reduce(.logSum) },
        "ReduceLogSumExp": { c throws(ONNXError) in try c.reduce(.logSumExp) },
        "ArgMax": { c throws(ONNXError) in try c.place(ofLargest: true) },
        "ArgMin": { c throws(ONNXError) in try c.place(ofLargest: false) }, "TopK": { c throws(ONNXError) in try c.topK() },
    ]

    private static let layers: [String: OperatorRule] = [
        "Gemm": { c throws(ONNXError) in try c.gemm() }, "MatMul": { c throws(ONNXError) in try c.matrixProduct() },
        "Conv": { c throws(ONNXError) in try c.convolution() },
        "ConvTranspose": { c throws(ONNXError) in try c.transposedConvolution() }, "Einsum": { c throws(ONNXError) in try c.einsum() },
        "MaxPool": { c throws(ONNXError) in try c.maximumPooling() },
        "AveragePool": { c throws(ONNXError) in try c.meanPooling() }, "LpPool": { c throws(ONNXError) in try c.normPooling() },
        "GlobalMaxPool": { c throws(ONNXError) in try c.globalPooling(.largest) },
        "GlobalAveragePool": { c throws(ONNXError) in try c.globalPooling(.mean) },
        "GlobalLpPool": { c throws(ONNXError) in try c.globalPooling(.norm) }, "LRN": { c throws(ONNXError) in try c.localResponse() },
        "BatchNormalization": { c throws(ONNXError) in try c.batchNormalization() },
        "InstanceNormalization": { c throws(ONNXError) in try c.instanceNormalization() },
        "LayerNormalization": { c throws(ONNXError) in try c.layerNormalization() },
        "GroupNormalization": { c throws(ONNXError) in try c.groupNormalization() },
        "RMSNormalization": { c throws(ONNXError) in try c.rootMeanSquareNormalization() },
        "LpNormalization": { c throws(ONNXError) in try c.lpNormalization() },
        "MeanVarianceNormalization": { c throws(ONNXError) in try c.meanVarianceNormalization() },
    ]

    private static let structure: [String: OperatorRule] = [
        "RNN": { c throws(ONNXError) in try c.recurrent(.plain) }, "GRU": { c throws(ONNXError) in try c.recurrent(.gru) },
        "LSTM": { c throws(ONNXError) in try c.recurrent(.lstm) },
        "If": { c throws(ONNXError) in try c.branch() }, "Loop": { c throws(ONNXError) in try c.loop() },
        "QuantizeLinear": { c throws(ONNXError) in try c.quantize() },
        "DequantizeLinear": { c throws(ONNXError) in try c.dequantize() },
    ]
}
