// The ONNX project's own node tests, as `make node-tests` fetches them: our score, and a table of it by operator.

import Foundation
import Graphs
import Interchange
import Tensors
import Testing

/// One folder of the suite: `model.onnx`, and inputs and outputs as tensors.
private struct NodeCase {
    let name: String
    let folder: URL

    /// The operators that the package lists as supported (all others are another suite's matter).
    static let listed = Set(
        """
        Gemm MatMul Conv ConvTranspose BatchNormalization InstanceNormalization LayerNormalization GroupNormalization Relu LeakyRelu
        PRelu Abs Clip Max Min MaxPool AveragePool GlobalMaxPool GlobalAveragePool LpPool Add Sub Mul Div Neg Sum Mean Sqrt Pow Exp Log
        Erf Sign Floor Reciprocal Concat Split Slice Gather GatherND ScatterND Reshape Flatten Squeeze Unsqueeze Transpose Expand Tile
        Pad Resize DepthToSpace SpaceToDepth Where Equal Greater GreaterOrEqual Less LessOrEqual And Or Not Xor Cast Constant
        ConstantOfShape Shape Size Range Identity Dropout ReduceMean ReduceSum ReduceMax ReduceMin ReduceL1 ReduceL2 ReduceProd
        ReduceSumSquare ReduceLogSumExp ArgMax TopK Softmax LogSoftmax Hardmax Sigmoid HardSigmoid HardSwish Tanh Elu Selu Celu Gelu
        Softplus Softsign Swish Mish ThresholdedRelu Shrink Einsum RNN GRU LSTM If Loop QuantizeLinear DequantizeLinear
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// Inputs of numbers that steer a shape or a branch, by operator and position.
    static let steering: [String: Set<Int>] = ["Resize": [1, 2], "Upsample": [1], "Range": [0, 1, 2], "Dropout": [1]]

    func bytes(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: folder.appending(path: path).path).map { [UInt8]($0) } }

    enum Outcome {
        case notOurs
        case passed
        case failed(String)
    }

    /// Runs the case; the operators it has, and what came of it.
    func run() -> (operators: Set<String>, outcome: Outcome) {
        let model: ONNXModel
        do { model = try ONNXModel(bytes: bytes("model.onnx") ?? [], file: name) } catch { return (["(unread)"], .failed("\(error)")) }
        let operators = model.operatorNames
        guard operators.isSubset(of: NodeCase.listed), model.outputs.allSatisfy({ $0.type?.isNetworkData == true }) else {
            return (operators, .notOurs)
        }
        do { return (operators, try compare(model).map(Outcome.failed) ?? .passed) } catch { return (operators, .failed("\(error)")) }
    }

    /// What differs from the expected outputs, `nil` where nothing does (rtol 1e-3, atol 1e-7, as the suite's own runner).
    private func compare(_ model: ONNXModel) throws -> String? {
        var options = ONNXImportOptions()
        var data: [String: Tensor<Double>] = [:]
        let steers = Set(
            model.graph.nodes.flatMap { node in
                (NodeCase.steering[node.operatorName] ?? []).compactMap { $0 < node.inputs.count ? node.inputs[$0] : nil }
            })
        for (position, input) in model.graph.inputs.enumerated() {
            guard let bytes = bytes("test_data_set_0/input_\(position).pb") else { continue }
            let tensor = try ONNXTensor(bytes: bytes, file: "\(name)/input_\(position).pb")
            if tensor.type.isNetworkData && !steers.contains(input.name) {
                data[input.name] = Tensor(shape: tensor.shape, elements: tensor.doubles!)
                options.shapes[input.name] = tensor.shape
            } else {
                options.constants[input.name] = tensor
            }
        }
        let network = try model.network(options)
        let results = try Interpreter.run(network.graph, network.outputs.map(\.value), network.bindings(data))
        for (position, (output, result)) in zip(network.outputs, results).enumerated() {
            guard let bytes = bytes("test_data_set_0/output_\(position).pb") else { return "no expected output \(position)" }
            let expected = try ONNXTensor(bytes: bytes, file: name)
            guard expected.shape == result.shape else { return "'\(output.name)' has shape \(result.shape), expected \(expected.shape)" }
            for (x, y) in zip(result.scalars.elements, expected.doubles!) {
                let stored = output.type.storing(x)
                let agrees = stored == y || stored.isNaN && y.isNaN || abs(stored - y) <= 1e-7 + 1e-3 * abs(y)
                if !agrees { return "'\(output.name)' has \(stored), expected \(y)" }
            }
        }
        return nil
    }
}

@Suite struct NodeCaseTests {
    /// The folder that `Tools/onnx-node-cases` filled.
    private static let folder = ProcessInfo.processInfo.environment["ONNX_NODE_CASES"]

    @Test("ONNX's own node cases", .enabled(if: folder != nil, "set ONNX_NODE_CASES to the folder that Tools/onnx-node-cases filled"))
    func nodeCases() throws {
        var (run, passed) = (0, 0)
        var table: [String: (passed: Int, run: Int)] = [:]
        for suite in ["node", "pytorch-converted", "pytorch-operator", "simple"] {
            let folder = URL(fileURLWithPath: Self.folder!).appending(path: suite)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() {
                let (operators, outcome) = NodeCase(name: name, folder: folder.appending(path: name)).run()
                var success = false
                switch outcome {
                case .notOurs: continue
                case .passed: success = true
                case .failed(let reason):
                    // A file that is not read has no operators known; those with sequences, texts and the like are not ours.
                    print("\(operators == ["(unread)"] ? "unread" : "failed") \(suite)/\(name): \(reason)")
                    if operators == ["(unread)"] { continue }
                }
                run += 1
                passed += success ? 1 : 0
                for operatorName in operators {
                    let row = table[operatorName] ?? (0, 0)
                    table[operatorName] = (row.passed + (success ? 1 : 0), row.run + 1)
                }
            }
        }
        for (name, row) in table.sorted(by: { $0.key < $1.key }) { print("| \(name) | \(row.passed)/\(row.run) |") }
        print("onnx node cases: \(passed)/\(run)")
        #expect(Double(passed) >= 0.95 * Double(run))
    }
}
