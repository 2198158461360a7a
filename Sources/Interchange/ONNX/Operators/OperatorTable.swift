// Operator → rule. What is not here is refused by name.

import Graphs
import Tensors

typealias OperatorRule = @Sendable (NodeContext) throws(InterchangeError) -> [ImportedValue]

package enum OperatorTable {
    /// The operators that have a rule, with their domain where it is not ONNX's own.
    package static var names: [String] { rules.keys.sorted() }

    static let rules: [String: OperatorRule] = arithmetic.merging(activations) { $1 }.merging(movements) { $1 }.merging(logic) { $1 }
        .merging(sources) { $1 }.merging(reductions) { $1 }.merging(layers) { $1 }.merging(structure) { $1 }.merging(classicalLearning) {
            $1
        }

    private static let arithmetic: [String: OperatorRule] = [
        "Add": { c throws(InterchangeError) in try c.arithmetic(.add) },
        "Sub": { c throws(InterchangeError) in try c.arithmetic(.subtract) },
        "Mul": { c throws(InterchangeError) in try c.arithmetic(.multiply) },
        "Div": { c throws(InterchangeError) in try c.arithmetic(.divide) }, "Neg": { c throws(InterchangeError) in try c.negate() },
        "Sum": { c throws(InterchangeError) in try c.sum(mean: false) },
        "Mean": { c throws(InterchangeError) in try c.sum(mean: true) },
        "Max": { c throws(InterchangeError) in try c.extreme(largest: true) },
        "Min": { c throws(InterchangeError) in try c.extreme(largest: false) },
        "Pow": { c throws(InterchangeError) in try c.power() }, "Mod": { c throws(InterchangeError) in try c.modulo() },
        "Sqrt": { c throws(InterchangeError) in try c.smooth(.squareRoot) },
        "Exp": { c throws(InterchangeError) in try c.smooth(.exponential) },
        "Log": { c throws(InterchangeError) in try c.smooth(.logarithm) },
        "Erfc": { c throws(InterchangeError) in try c.complementaryError() },
        "Erf": { c throws(InterchangeError) in try c.smooth(.errorFunction) },
        "Reciprocal": { c throws(InterchangeError) in try c.smooth(.reciprocal) },
        "Abs": { c throws(InterchangeError) in try c.absolute() },
        "Sign": { c throws(InterchangeError) in try c.sign() },
        "Floor": { c throws(InterchangeError) in try c.rounding(.down) }, "Ceil": { c throws(InterchangeError) in try c.rounding(.up) },
        "Round": { c throws(InterchangeError) in try c.rounding(.toNearestOrEven) },
    ]

    private static let activations: [String: OperatorRule] = [
        "Relu": { c throws(InterchangeError) in
            try c.entrywise(integers: { max($0, 0) }, numbers: { max($0, 0) }) { g, u throws(GraphError) in try g.relu(u, name: c.name) }
        },
        "LeakyRelu": { c throws(InterchangeError) in try c.leakyReLU() }, "PRelu": { c throws(InterchangeError) in try c.parametricReLU() },
        "Clip": { c throws(InterchangeError) in try c.clip() },
        "Sigmoid": { c throws(InterchangeError) in try c.smooth(.sigmoid) },
        "Tanh": { c throws(InterchangeError) in try c.smooth(.hyperbolicTangent) },
        "Softplus": { c throws(InterchangeError) in try c.smooth(.softplus) },
        "HardSigmoid": { c throws(InterchangeError) in try c.hardSigmoid() },
        "HardSwish": { c throws(InterchangeError) in try c.hardSwish() },
        "Elu": { c throws(InterchangeError) in try c.elu() }, "Selu": { c throws(InterchangeError) in try c.selu() },
        "Celu": { c throws(InterchangeError) in try c.celu() }, "Gelu": { c throws(InterchangeError) in try c.gelu() },
        "Softsign": { c throws(InterchangeError) in try c.softsign() }, "Swish": { c throws(InterchangeError) in try c.swish() },
        "Mish": { c throws(InterchangeError) in try c.mish() },
        "ThresholdedRelu": { c throws(InterchangeError) in try c.thresholdedReLU() },
        "Shrink": { c throws(InterchangeError) in try c.shrink() },
        "Softmax": { c throws(InterchangeError) in try c.softmax(.softmax) },
        "LogSoftmax": { c throws(InterchangeError) in try c.softmax(.logarithm) },
        "Hardmax": { c throws(InterchangeError) in try c.softmax(.hard) },
    ]

    private static let movements: [String: OperatorRule] = [
        "Reshape": { c throws(InterchangeError) in try c.reshape() }, "Flatten": { c throws(InterchangeError) in try c.flatten() },
        "Squeeze": { c throws(InterchangeError) in try c.squeeze() },
        "Unsqueeze": { c throws(InterchangeError) in try c.unsqueeze() }, "Transpose": { c throws(InterchangeError) in try c.transpose() },
        "Expand": { c throws(InterchangeError) in try c.expand() }, "Tile": { c throws(InterchangeError) in try c.tile() },
        "Concat": { c throws(InterchangeError) in try c.concatenate() }, "Split": { c throws(InterchangeError) in try c.split() },
        "Slice": { c throws(InterchangeError) in try c.slice() }, "Gather": { c throws(InterchangeError) in try c.gather() },
        "GatherElements": { c throws(InterchangeError) in try c.gatherElements() },
        "GatherND": { c throws(InterchangeError) in try c.gatherND() },
        "ScatterND": { c throws(InterchangeError) in try c.scatterND() },
        "ScatterElements": { c throws(InterchangeError) in try c.scatterElements() },
        "DepthToSpace": { c throws(InterchangeError) in try c.depthToSpace() },
        "SpaceToDepth": { c throws(InterchangeError) in try c.spaceToDepth() }, "Pad": { c throws(InterchangeError) in try c.pad() },
        "ReverseSequence": { c throws(InterchangeError) in try c.reverseSequence() },
        "Trilu": { c throws(InterchangeError) in try c.triangle() },
        "Resize": { c throws(InterchangeError) in try c.resize() }, "Upsample": { c throws(InterchangeError) in try c.upsample() },
    ]

    private static let logic: [String: OperatorRule] = [
        "Equal": { c throws(InterchangeError) in try c.compare(.equal) },
        "Greater": { c throws(InterchangeError) in try c.compare(.greater) },
        "GreaterOrEqual": { c throws(InterchangeError) in try c.compare(.greaterOrEqual) },
        "Less": { c throws(InterchangeError) in try c.compare(.less) },
        "LessOrEqual": { c throws(InterchangeError) in try c.compare(.lessOrEqual) },
        "And": { c throws(InterchangeError) in try c.connect(.and) },
        "Or": { c throws(InterchangeError) in try c.connect(.or) }, "Xor": { c throws(InterchangeError) in try c.connect(.xor) },
        "Not": { c throws(InterchangeError) in try c.not() }, "Where": { c throws(InterchangeError) in try c.choose() },
        "Cast": { c throws(InterchangeError) in try c.cast() }, "CastLike": { c throws(InterchangeError) in try c.castLike() },
    ]

    private static let sources: [String: OperatorRule] = [
        "Constant": { c throws(InterchangeError) in try c.constant() },
        "ConstantOfShape": { c throws(InterchangeError) in try c.constantOfShape() },
        "Shape": { c throws(InterchangeError) in try c.shape() },
        "Size": { c throws(InterchangeError) in try c.size() }, "Range": { c throws(InterchangeError) in try c.range() },
        "Identity": { c throws(InterchangeError) in try c.identity() }, "Dropout": { c throws(InterchangeError) in try c.dropout() },
        "EyeLike": { c throws(InterchangeError) in try c.eyeLike() },
    ]

    private static let reductions: [String: OperatorRule] = [
        "ReduceSum": { c throws(InterchangeError) in try c.reduce(.sum) },
        "ReduceMean": { c throws(InterchangeError) in try c.reduce(.mean) },
        "ReduceMax": { c throws(InterchangeError) in try c.reduce(.max) },
        "ReduceMin": { c throws(InterchangeError) in try c.reduce(.min) },
        "ReduceProd": { c throws(InterchangeError) in try c.reduce(.product) },
        "ReduceL1": { c throws(InterchangeError) in try c.reduce(.l1) },
        "ReduceL2": { c throws(InterchangeError) in try c.reduce(.l2) },
        "ReduceSumSquare": { c throws(InterchangeError) in try c.reduce(.sumSquare) },
        "ReduceLogSum": { c throws(InterchangeError) in try c.reduce(.logSum) },
        "ReduceLogSumExp": { c throws(InterchangeError) in try c.reduce(.logSumExp) },
        "CumSum": { c throws(InterchangeError) in try c.runningSum() },
        "ArgMax": { c throws(InterchangeError) in try c.place(ofLargest: true) },
        "ArgMin": { c throws(InterchangeError) in try c.place(ofLargest: false) }, "TopK": { c throws(InterchangeError) in try c.topK() },
    ]

    private static let layers: [String: OperatorRule] = [
        "Gemm": { c throws(InterchangeError) in try c.gemm() }, "MatMul": { c throws(InterchangeError) in try c.matrixProduct() },
        "Conv": { c throws(InterchangeError) in try c.convolution() },
        "ConvTranspose": { c throws(InterchangeError) in try c.transposedConvolution() },
        "Einsum": { c throws(InterchangeError) in try c.einsum() },
        "MaxPool": { c throws(InterchangeError) in try c.maximumPooling() },
        "AveragePool": { c throws(InterchangeError) in try c.meanPooling() },
        "LpPool": { c throws(InterchangeError) in try c.normPooling() },
        "GlobalMaxPool": { c throws(InterchangeError) in try c.globalPooling(.largest) },
        "GlobalAveragePool": { c throws(InterchangeError) in try c.globalPooling(.mean) },
        "GlobalLpPool": { c throws(InterchangeError) in try c.globalPooling(.norm) },
        "LRN": { c throws(InterchangeError) in try c.localResponse() },
        "BatchNormalization": { c throws(InterchangeError) in try c.batchNormalization() },
        "InstanceNormalization": { c throws(InterchangeError) in try c.instanceNormalization() },
        "LayerNormalization": { c throws(InterchangeError) in try c.layerNormalization() },
        "GroupNormalization": { c throws(InterchangeError) in try c.groupNormalization() },
        "RMSNormalization": { c throws(InterchangeError) in try c.rootMeanSquareNormalization() },
        "LpNormalization": { c throws(InterchangeError) in try c.lpNormalization() },
        "MeanVarianceNormalization": { c throws(InterchangeError) in try c.meanVarianceNormalization() },
    ]

    private static let structure: [String: OperatorRule] = [
        "RNN": { c throws(InterchangeError) in try c.recurrent(.plain) }, "GRU": { c throws(InterchangeError) in try c.recurrent(.gru) },
        "LSTM": { c throws(InterchangeError) in try c.recurrent(.lstm) },
        "If": { c throws(InterchangeError) in try c.branch() }, "Loop": { c throws(InterchangeError) in try c.loop() },
        "QuantizeLinear": { c throws(InterchangeError) in try c.quantize() },
        "DequantizeLinear": { c throws(InterchangeError) in try c.dequantize() },
    ]

    private static let classicalLearning: [String: OperatorRule] = [
        "ai.onnx.ml.Scaler": { c throws(InterchangeError) in try c.scaler() },
        "ai.onnx.ml.LinearRegressor": { c throws(InterchangeError) in try c.linearRegressor() },
        "ai.onnx.ml.LinearClassifier": { c throws(InterchangeError) in try c.linearClassifier() },
        "ai.onnx.ml.ZipMap": { c throws(InterchangeError) in try c.zippedNumbers() },
        "ai.onnx.ml.ArrayFeatureExtractor": { c throws(InterchangeError) in try c.features() },
        "ai.onnx.ml.Binarizer": { c throws(InterchangeError) in try c.binarizer() },
        "ai.onnx.ml.Normalizer": { c throws(InterchangeError) in try c.normalizer() },
    ]
}
