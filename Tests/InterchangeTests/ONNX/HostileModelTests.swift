// Models that are wrong on purpose, each with the whole of its error; then bytes changed at random.

import Foundation
import Graphs
import Interchange
import Tensors
import TestSupport
import Testing

/// A model and what must be said of it.
struct HostileModel: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let text: String?
    var testDescription: String { name }

    /// A model that reads, for what is changed in it.
    static let good = Written.model([Written.node("Relu", ["x"], ["y"])])

    static let all: [HostileModel] = structure + tensors + nodes + sizes

    private static func make(_ body: (_ add: (String, [UInt8], String?) -> Void) -> Void) -> [HostileModel] {
        var models: [HostileModel] = []
        body { models.append(HostileModel(name: $0, bytes: $1, text: $2)) }
        return models
    }

    /// The file, its versions and its graph.
    private static let structure = make { add in
        typealias W = Written
        let relu = W.node("Relu", ["x"], ["y"])
        add("good", good, nil)
        add("nothing", [], "65 x: not an ONNX model (it has no IR version)")
        add("text", Array("this is no model, it is a sentence".utf8), "65 x: not an ONNX model (it is not well-formed protobuf)")
        add("cut", Array(good.dropLast(1)), "65 x: not an ONNX model (it ends in the middle of a field)")
        add("no graph", Message().integer(1, 8).bytes, "65 x: not an ONNX model (it has no graph)")
        add("trailing bytes", Message(bytes: good).text(99, "more").bytes, "65 x: holds 7 bytes that belong to no field of a model")
        add("old IR", W.model(W.graph([relu]), ir: 2).bytes, "69 x: IR version 2 is older than 3, the oldest supported")
        add("new IR", W.model(W.graph([relu]), ir: 99).bytes, "69 x: IR version 99 is newer than 13, the newest known")
        add("old opset", W.model(W.graph([relu]), opset: 1).bytes, "69 x: operator set 1 is older than 6, the oldest supported")
        add("new opset", W.model(W.graph([relu]), opset: 28).bytes, "69 x: operator set 28 is newer than 27, the newest known")
        add("no opset", Message().integer(1, 8).message(7, W.graph([relu])).bytes, "65 x: imports no version of the operator set 'ai.onnx'")
        let scaler = W.node("Scaler", ["x"], ["y"], domain: "ai.onnx.ml")
        let classical = Message().text(1, "ai.onnx.ml").integer(2, 3)
        add("another domain's operator set alone", Message().integer(1, 8).message(7, W.graph([scaler])).message(8, classical).bytes, nil)
        add(
            "another domain's operator set alone, and an operator of the standard one",
            Message().integer(1, 8).message(7, W.graph([W.node("Relu", ["x"], ["z"], name: "m"), scaler])).message(8, classical).bytes,
            "65 x: imports no version of the operator set 'ai.onnx'")
        add(
            "two opsets", Message(bytes: good).message(8, Message().integer(2, 12)).bytes,
            "65 x: imports two versions of the operator set 'ai.onnx'")
        add(
            "text that is not UTF-8", W.model(Message().messages(1, [relu]).bytes(2, [0xff])).bytes,
            "65 x: not an ONNX model (a text is not UTF-8)")
        add(
            "deep",
            (0..<200).reduce(W.graph([relu])) { graph, _ in
                W.graph([W.node("If", ["c"], ["y"], [W.attribute("then_branch", graph: graph)])])
            }.bytes.withModel, "65 x: not an ONNX model (messages are nested more than 100 deep)")
        add("no outputs", W.model(W.graph([relu], outputs: [])).bytes, "69 x: graph: no output is a tensor of floating-point numbers")
        add("unmade output", W.model(W.graph([relu], outputs: [W.value("z")])).bytes, "65 x: output «z»: is made by no node")
        add("unmade input", W.model([W.node("Relu", ["q"], ["y"])]), "65 x: node «n» (Relu): input «q» is made by no node")
        add(
            "cycle",
            W.model([
                W.node("Add", ["x", "b"], ["a"], name: "first"), W.node("Add", ["a", "x"], ["b"], name: "second"),
                W.node("Relu", ["a"], ["y"]),
            ]), "65 x: node «first» (Add): needs its own output, in a cycle of nodes")
        add("cycle of one", W.model([W.node("Relu", ["y"], ["y"])]), "65 x: node «n» (Relu): needs its own output, in a cycle of nodes")
        add(
            "made twice", W.model([relu, W.node("Abs", ["x"], ["y"], name: "m")]),
            "65 x: node «m» (Abs): makes «y», which another node makes too")
        add("input made", W.model([W.node("Relu", ["x"], ["x"])]), "65 x: node «n» (Relu): makes «x», which is an input or initialiser")
        add("input twice", W.model(W.graph([relu], inputs: [W.value("x"), W.value("x")])).bytes, "65 x: input «x»: is declared twice")
        add("nameless input", W.model(W.graph([relu], inputs: [W.value("")])).bytes, "65 x: graph: an input has no name")
        add("no operator", W.model([W.node("", ["x"], ["y"])]), "65 x: node «n» (): has no operator")
        add(
            "negative axis in an input",
            W.model(
                W.graph(
                    [relu],
                    inputs: [
                        Message().text(1, "x").message(
                            2, Message().message(1, Message().integer(1, 1).message(2, Message().message(1, Message().integer(1, -5)))))
                    ])
            ).bytes, "65 x: input «x»: has an axis of size -5")
        add(
            "open axis", W.model(W.graph([relu], inputs: [W.value("x", [2, -1])])).bytes,
            "69 x: input «x»: leaves the size «N» of axis 1 open; give one (--shape)")
        add(
            "open rank", W.model(W.graph([relu], inputs: [W.value("x", nil)])).bytes,
            "69 x: input «x»: declares no shape; give one (--shape)")
        add(
            "integer input", W.model(W.graph([relu], inputs: [W.value("x", type: 7)])).bytes,
            "69 x: input «x»: is of type INT64: data are floating-point numbers; bind it as a constant (--bind)")
        add(
            "unknown element type", W.model(W.graph([relu], inputs: [W.value("x", type: 77)])).bytes,
            "69 x: input «x»: element type 77 is not known")
        add(
            "sequence", W.model(W.graph([relu], inputs: [Message().text(1, "x").message(2, Message().message(4, Message()))])).bytes,
            "69 x: input «x»: is not a tensor")
        add(
            "control characters in a name", W.model([W.node("Relu", ["q"], ["y"], name: "a\nb\u{1b}[2J")]),
            "65 x: node «a\\u{a}b\\u{1b}[2J» (Relu): input «q» is made by no node")
        add(
            "long name", W.model([W.node("Relu", ["q"], ["y"], name: String(repeating: "long", count: 10_000))]),
            "65 x: node «\(String(repeating: "long", count: 15))…» (Relu): input «q» is made by no node")
        let function = Message().text(1, "f").texts(4, ["a"]).texts(5, ["b"]).messages(7, [W.node("f", ["a"], ["b"], domain: "own")]).text(
            10, "own")
        add(
            "function that calls itself", W.model(W.graph([W.node("f", ["x"], ["y"], domain: "own")]), functions: [function]).bytes,
            "65 x: node «n» (f): the function calls itself")
        add("function twice", W.model(W.graph([relu]), functions: [function, function]).bytes, "65 x: function «f»: is defined twice")
        add(
            "function without its output", W.model(W.graph([relu]), functions: [Message().text(1, "f").texts(5, ["b"])]).bytes,
            "65 x: function «f»: output «b» is made by no node")
    }

    /// The elements of tensors.
    private static let tensors = make { add in
        typealias W = Written
        func with(_ tensor: Message) -> [UInt8] { W.model([W.node("Add", ["x", "w"], ["y"])], [tensor]) }
        add(
            "too few bytes", with(W.tensor("w", [2], raw: [0, 0, 0, 0])), "65 x: tensor «w»: shape [2] of FLOAT needs 8 bytes, 4 are given")
        add(
            "too many bytes", with(W.tensor("w", [1], raw: [UInt8](repeating: 0, count: 8))),
            "65 x: tensor «w»: shape [1] of FLOAT needs 4 bytes, 8 are given")
        add(
            "no bytes", with(Message().integer(1, 1 << 40).integer(2, 1).text(8, "w")),
            "65 x: tensor «w»: shape [1099511627776] of FLOAT needs 4398046511104 bytes, 0 are given")
        add("negative size", with(W.tensor("w", [-1], raw: [])), "65 x: tensor «w»: shape [-1] has a negative size")
        add(
            "sizes that overflow", with(W.tensor("w", [1 << 40, 1 << 40], raw: [])),
            "65 x: tensor «w»: shape [1099511627776, 1099511627776] has more elements than can be counted")
        add(
            "sizes that overflow beside a zero", with(W.tensor("w", [0, 1 << 40, 1 << 40], raw: [])),
            "65 x: tensor «w»: shape [0, 1099511627776, 1099511627776] has more elements than can be counted")
        add(
            "many axes", with(W.tensor("w", [Int](repeating: 1, count: 100_000), raw: [0, 0, 0, 0])),
            "65 x: tensor «w»: has 100000 axes, more than 64")
        add("unknown type", with(W.tensor("w", [1], raw: [0], type: 99)), "69 x: tensor «w»: element type 99 is not known")
        add(
            "complex", with(W.tensor("w", [1], raw: [UInt8](repeating: 0, count: 8), type: 14)),
            "69 x: tensor «w»: complex numbers are not supported")
        add("truth of 2", with(W.tensor("w", [1], raw: [2], type: 9)), "65 x: tensor «w»: holds truth values other than 0 and 1")
        add(
            "typed field of another type", with(Message().integer(1, 1).integer(2, 1).integer(7, 5).text(8, "w")),
            "65 x: tensor «w»: holds its FLOAT elements in a field for another type")
        add(
            "typed field too short", with(Message().integer(1, 3).integer(2, 7).integer(7, 5).text(8, "w")),
            "65 x: tensor «w»: shape [3] needs 3 elements, 1 are given")
        add(
            "typed value too large", with(Message().integer(1, 1).integer(2, 3).integer(5, 300).text(8, "w")),
            "65 x: tensor «w»: holds numbers beyond the range of INT8")
        add(
            "bit pattern too wide", with(Message().integer(1, 1).integer(2, 10).integer(5, 1 << 20).text(8, "w")),
            "65 x: tensor «w»: holds bit patterns wider than FLOAT16")
        add(
            "unsigned beyond INT64", with(W.tensor("w", [1], raw: [UInt8](repeating: 255, count: 8), type: 13)),
            "69 x: tensor «w»: holds numbers beyond the range of INT64")
        add(
            "raw and typed", with(Message().integer(1, 1).integer(2, 1).float(4, 1).text(8, "w").bytes(9, [0, 0, 0, 0])),
            "65 x: tensor «w»: has its data in more than one place")
        add(
            "segment", with(W.floats("w", [1], [1]).message(3, Message().integer(1, 0))),
            "69 x: tensor «w»: is cut into segments, which are not supported")
        add(
            "twice", W.model([W.node("Add", ["x", "w"], ["y"])], [W.floats("w", [1], [1]), W.floats("w", [1], [2])]),
            "65 x: tensor «w»: is defined twice")
        add("nameless", with(W.floats("", [1], [1])), "65 x: tensor «»: an initialiser has no name")
        add(
            "sparse", W.model(W.graph([W.node("Relu", ["x"], ["y"])]).message(15, Message().message(1, W.floats("s", [1], [1])))).bytes,
            "69 x: tensor «s»: sparse tensors are not supported")
        add(
            "texts", with(Message().integer(1, 1).integer(2, 8).text(6, "a").text(8, "w")),
            "65 x: node «n» (Add): its inputs are of types FLOAT and STRING")
        add(
            "more than the memory", with(W.tensor("w", [20_000_000], raw: [UInt8](repeating: 0, count: 80_000_000))),
            "69 x: tensor «w» needs 80 MB, allowed are 67 MB (--max-memory)")
        func external(_ entries: [(String, String)]) -> [UInt8] {
            with(
                Message().integer(1, 1).integer(2, 1).text(8, "w").integer(14, 1).messages(
                    13, entries.map { Message().text(1, $0.0).text(2, $0.1) }))
        }
        add(
            "external without a file", external([("location", "w.bin")]),
            "69 x: tensor «w»: keeps its data in «w.bin», but the model was not read from a file")
        add("external without a location", external([]), "65 x: tensor «w»: does not say where its external data is")
        add(
            "external entry", external([("location", "w.bin"), ("host", "a")]),
            "69 x: tensor «w»: external data with the entry «host» is not supported")
        add(
            "external twice", external([("location", "w.bin"), ("location", "v.bin")]),
            "65 x: tensor «w»: gives «location» of its external data twice")
    }

    /// Operators, their attributes and operands.
    private static let nodes = make { add in
        typealias W = Written
        func one(_ operatorName: String, _ inputs: [String] = ["x"], _ attributes: [Message] = [], _ initializers: [Message] = [])
            -> [UInt8]
        {
            W.model([W.node(operatorName, inputs, ["y"], attributes)], initializers)
        }
        add("unknown operator", one("Frobnicate"), "69 x: node «n» (Frobnicate): the operator «Frobnicate» is not supported")
        add(
            "unknown domain", W.model([W.node("Relu", ["x"], ["y"], domain: "com.example")]),
            "69 x: node «n» (Relu): the operator «com.example.Relu» is not supported")
        add(
            "attribute of no call", one("LeakyRelu", ["x"], [W.attribute("alpha", float: 0.5).text(21, "slope")]),
            "65 x: node «n» (LeakyRelu): attribute «alpha» refers to «slope», which no function around it declares")
        add(
            "unknown attribute", one("Relu", ["x"], [W.attribute("slope", float: 1)]),
            "69 x: node «n» (Relu): the attribute «slope» is not known")
        add(
            "attribute of another kind", one("LeakyRelu", ["x"], [W.attribute("alpha", integer: 1)]),
            "65 x: node «n» (LeakyRelu): attribute «alpha»: a float expected, not an integer")
        add(
            "attribute twice", one("LeakyRelu", ["x"], [W.attribute("alpha", float: 1), W.attribute("alpha", float: 2)]),
            "65 x: node «n» (LeakyRelu): attribute «alpha» is given twice")
        add(
            "attribute that lies", one("LeakyRelu", ["x"], [Message().text(1, "alpha").integer(3, 1).integer(20, 1)]),
            "65 x: node «n» (LeakyRelu): attribute «alpha» is declared as float but holds int")
        add("nameless attribute", one("Relu", ["x"], [W.attribute("", float: 1)]), "65 x: node «n» (Relu): an attribute has no name")
        add("missing operand", one("Add"), "65 x: node «n» (Add): input 1 is missing")
        add(
            "a flag that is neither 0 nor 1", one("ReduceSum", ["x"], [W.attribute("keepdims", integer: 2)]),
            "65 x: node «n» (ReduceSum): attribute «keepdims»: 0 or 1 expected, not 2")
        add("an operand too many", one("Abs", ["x", "x"]), "65 x: node «n» (Abs): has 2 inputs, at most 1 in operator set 17")
        add(
            "an operand of a later operator set", W.model(W.graph([W.node("Clip", ["x", "", "x"], ["y"])]), opset: 10).bytes,
            "65 x: node «n» (Clip): has 3 inputs, at most 1 in operator set 10")
        add("absent operands at the end", one("Abs", ["x", "", ""]), nil)
        add(
            "an output too many", W.model([W.node("Abs", ["x"], ["y", "z"])]),
            "65 x: node «n» (Abs): has 2 outputs, at most 1 in operator set 17")
        add("no operands", one("Sum", []), "65 x: node «n» (Sum): has no inputs")
        add(
            "types that differ", one("Add", ["x", "w"], [], [W.integers("w", [1], [1])]),
            "65 x: node «n» (Add): its inputs are of types FLOAT and INT64")
        add(
            "shapes that do not broadcast", one("Add", ["x", "w"], [], [W.floats("w", [3], [1, 2, 3])]),
            "65 x: node «n» (Add): shapes [1, 2] and [3] do not broadcast")
        add(
            "matrices that do not multiply", one("MatMul", ["x", "w"], [], [W.floats("w", [3, 1], [1, 2, 3])]),
            "65 x: node «n» (MatMul): shapes [1, 2] and [3, 1] do not multiply")
        add(
            "parts of different ranks", one("Concat", ["x", "w"], [W.attribute("axis", integer: 1)], [W.floats("w", [1], [1])]),
            "65 x: node «n» (Concat): operand 1: expected the sizes of [1, 2] but along axis 1, got [1]")
        add(
            "parts of different ranks, the first the lower",
            one("Concat", ["w", "x"], [W.attribute("axis", integer: 0)], [W.floats("w", [1], [1])]),
            "65 x: node «n» (Concat): operand 1: expected the sizes of [1] but along axis 0, got [1, 2]")
        add(
            "axis outside", one("Softmax", ["x"], [W.attribute("axis", integer: 7)]),
            "65 x: node «n» (Softmax): axis 7 is outside a value of 2 axes")
        add(
            "axis far outside", one("Softmax", ["x"], [W.attribute("axis", integer: .min)]),
            "65 x: node «n» (Softmax): axis -9223372036854775808 is outside a value of 2 axes")
        add("shape from data", one("Reshape", ["x", "x"]), "65 x: node «n» (Reshape): the shape: whole numbers expected, not FLOAT")
        add(
            "two open sizes", one("Reshape", ["x", "s"], [], [W.integers("s", [2], [-1, -1])]),
            "65 x: node «n» (Reshape): shape [-1, -1] is not valid")
        add(
            "reshape to another size", one("Reshape", ["x", "s"], [], [W.integers("s", [1], [3])]),
            "65 x: node «n» (Reshape): shape [1, 2] cannot become [3]")
        add(
            "index outside", one("Gather", ["x", "i"], [W.attribute("axis", integer: 1)], [W.integers("i", [1], [2])]),
            "65 x: node «n» (Gather): index 2 is outside an axis of size 2")
        add(
            "transposition that is none", one("Transpose", ["x"], [W.attribute("perm", integers: [0, 0])]),
            "65 x: node «n» (Transpose): axes [0, 0] name one twice")
        add(
            "convolution of a matrix", one("Conv", ["x", "w"], [], [W.floats("w", [1, 2], [1, 2])]),
            "65 x: node «n» (Conv): shape [N, C, …] with spatial axes expected, not [1, 2]")
        add(
            "condition from data",
            W.model([
                W.node("Cast", ["x"], ["c"], [W.attribute("to", integer: 9)]),
                W.node(
                    "If", ["c"], ["y"],
                    [
                        W.attribute("then_branch", graph: W.graph([], inputs: [], outputs: [W.value("x")])),
                        W.attribute("else_branch", graph: W.graph([], inputs: [], outputs: [W.value("x")])),
                    ]),
            ]), "69 x: node «n» (If): the condition cannot depend on the data")
        add(
            "loop without end",
            W.model(
                [
                    W.node(
                        "Loop", ["", "c", "x"], ["y"],
                        [
                            W.attribute(
                                "body",
                                graph: W.graph(
                                    [W.node("Identity", ["a"], ["b"]), W.node("Identity", ["k"], ["l"])],
                                    inputs: [W.value("i", [], type: 7), W.value("k", [], type: 9), W.value("a")],
                                    outputs: [W.value("l", [], type: 9), W.value("b")]))
                        ])
                ], [W.tensor("c", [], raw: [1], type: 9)]), "69 x: node «n» (Loop): turns more than 10000 times")
        add(
            "division by zero",
            W.model(
                [W.node("Div", ["a", "b"], ["s"]), W.node("Reshape", ["x", "s"], ["y"], name: "m")],
                [W.integers("a", [1], [2]), W.integers("b", [1], [0])]), "65 x: node «n» (Div): divides a whole number by zero")
        add(
            "random dropout", one("Dropout", ["x", "r", "t"], [], [W.floats("r", [], [0.5]), W.tensor("t", [], raw: [1], type: 9)]),
            "69 x: node «n» (Dropout): drops entries at random: a model in training mode has no one reading")
        add(
            "equation", one("Einsum", ["x"], [W.attribute("equation", text: "i?->i")]),
            "65 x: node «n» (Einsum): equation «i?->i» is not understood")
        add(
            "loop that is a range without step",
            W.model([W.node("Range", ["a", "a", "a"], ["r"]), W.node("Reshape", ["x", "r"], ["y"])], [W.integers("a", [], [0])]),
            "65 x: node «n» (Range): its step is 0")
    }

    /// Sizes that files claim and nothing may be allocated for.
    private static let sizes = make { add in
        typealias W = Written
        let huge = 1 << 40
        func shaped(_ operatorName: String, _ numbers: [Int]) -> [UInt8] {
            W.model([W.node(operatorName, ["x", "s"], ["y"])], [W.integers("s", [numbers.count], numbers)])
        }
        func filled(_ numbers: [Int]) -> [UInt8] {
            W.model(
                [W.node("ConstantOfShape", ["s"], ["c"]), W.node("Add", ["x", "c"], ["y"])], [W.integers("s", [numbers.count], numbers)])
        }
        add(
            "huge input", W.model(W.graph([W.node("Relu", ["x"], ["y"])], inputs: [W.value("x", [huge, huge])])).bytes,
            "69 x: input «x»: a value of shape [1099511627776, 1099511627776] needs more memory than any machine has")
        add(
            "large input", W.model(W.graph([W.node("Relu", ["x"], ["y"])], inputs: [W.value("x", [100_000_000])])).bytes,
            "69 x: input «x»: a value of shape [100000000] needs 800 MB, allowed are 67 MB (--max-memory)")
        add(
            "huge fill", filled([huge]),
            "69 x: node «n» (ConstantOfShape): a value of shape [1099511627776] needs 8796 GB, allowed are 67 MB (--max-memory)")
        add(
            "huge expansion", shaped("Expand", [huge, 2]),
            "69 x: node «n» (Expand): a value of shape [1099511627776, 2] needs 17592 GB, allowed are 67 MB (--max-memory)")
        add(
            "huge tiling", shaped("Tile", [1 << 20, 1 << 20]),
            "69 x: node «n» (Tile): a value of shape [1048576, 2097152] needs 17592 GB, allowed are 67 MB (--max-memory)")
        add(
            "tiling beyond 32 bits", shaped("Tile", [1, huge]),
            "69 x: node «n» (Tile): a value of shape [1, 2199023255552] needs 17592 GB, allowed are 67 MB (--max-memory)")
        add(
            "tiling that overflows", shaped("Tile", [1, .max]),
            "69 x: node «n» (Tile): a value of shape [1, 9223372036854775807] needs more memory than any machine has")
        add(
            "negative expansion", shaped("Expand", [-5, 2]),
            "65 x: node «n» (Expand): makes a value of shape [-5, 2], with an axis of size -5")
        add(
            "negative fill", filled([-1, 4]),
            "65 x: node «n» (ConstantOfShape): makes a value of shape [-1, 4], with an axis of size -1")
        add(
            "huge padding", shaped("Pad", [0, 0, 1 << 30, 0]),
            "69 x: node «n» (Pad): a value of shape [1073741825, 2] needs 17 GB, allowed are 67 MB (--max-memory)")
        add(
            "padding that overflows", shaped("Pad", [0, 0, .max, 0]),
            "65 x: node «n» (Pad): pads [0, 0, 9223372036854775807, 0] do not fit 2 axes")
        add(
            "smallest padding", shaped("Pad", [0, 0, .min, 0]),
            "65 x: node «n» (Pad): pads [0, 0, -9223372036854775808, 0] do not fit 2 axes")
        add(
            "huge range",
            W.model(
                [W.node("Range", ["a", "b", "c"], ["r"]), W.node("Reshape", ["x", "r"], ["y"])],
                [W.integers("a", [], [0]), W.integers("b", [], [huge]), W.integers("c", [], [1])]),
            "69 x: node «n» (Range): a value of shape [1099511627776] needs 8796 GB, allowed are 67 MB (--max-memory)")
        add(
            "range too far",
            W.model(
                [W.node("Range", ["a", "b", "c"], ["r"]), W.node("Reshape", ["x", "r"], ["y"])],
                [W.integers("a", [], [.min]), W.integers("b", [], [.max]), W.integers("c", [], [1])]),
            "65 x: node «n» (Range): from -9223372036854775808 to 9223372036854775807 is too far")
        let image = W.value("x", [1, 1, 4, 4])
        func pooled(_ operatorName: String, _ attributes: [Message]) -> [UInt8] {
            W.model(W.graph([W.node(operatorName, ["x"], ["y"], attributes)], inputs: [image])).bytes
        }
        add(
            "huge kernel", pooled("MaxPool", [W.attribute("kernel_shape", integers: [huge, 1])]),
            "65 x: node «n» (MaxPool): attribute «kernel_shape»: 2 numbers from 1 to 2147483647 expected, not [1099511627776, 1]")
        add(
            "huge strides",
            pooled("AveragePool", [W.attribute("kernel_shape", integers: [2, 2]), W.attribute("strides", integers: [.max, 1])]),
            "65 x: node «n» (AveragePool): attribute «strides»: 2 numbers from 1 to 2147483647 expected, not [9223372036854775807, 1]")
        add(
            "kernel beyond the image", pooled("MaxPool", [W.attribute("kernel_shape", integers: [9, 9])]),
            "65 x: node «n» (MaxPool): kernel size along spatial axis 0: expected at most 4 with its dilation, got 9")
        add(
            "windows of padding",
            pooled("MaxPool", [W.attribute("kernel_shape", integers: [2, 2]), W.attribute("pads", integers: [4, 4, 4, 4])]),
            "65 x: node «n» (MaxPool): window: expected an entry of the input in every window, got a window of padding")
        add(
            "no stride", pooled("MaxPool", [W.attribute("kernel_shape", integers: [2, 2]), W.attribute("strides", integers: [0, 1])]),
            "65 x: node «n» (MaxPool): attribute «strides»: 2 numbers from 1 to 2147483647 expected, not [0, 1]")
        add(
            "huge scale", W.model([W.node("Resize", ["x", "", "s"], ["y"])], [W.floats("s", [2], [1e30, 1])]),
            "65 x: node «n» (Resize): scale 1.0000000150474662e+30 is too large")
        add(
            "no scale", W.model([W.node("Resize", ["x", "", "s"], ["y"])], [W.floats("s", [2], [.nan, 1])]),
            "65 x: node «n» (Resize): scales [nan, 1.0] do not fit 2 axes")
        // Two bytes each in the file, some hundred in memory.
        let empty = (0..<1_000_000).flatMap { _ in [0x0a, 0] as [UInt8] }
        add("a million empty nodes", empty.withModel, "69 x: the structure of the file needs 512 MB, allowed are 67 MB (--max-memory)")
        add(
            "sizes of one byte each",
            W.model([W.node("Relu", ["x"], ["y"])], [Message().bytes(1, [UInt8](repeating: 1, count: 20_000_000))]),
            "69 x: the structure of the file needs 160 MB, allowed are 67 MB (--max-memory)")
        add(
            "many copies",
            W.model([W.node("Concat", [String](repeating: "x", count: 500_000), ["y"], [W.attribute("axis", integer: 0)])]),
            "69 x: node «n» (Concat): takes 500000 inputs, more than 65536")
    }
}

extension [UInt8] {
    /// A model of which these bytes are the graph.
    fileprivate var withModel: [UInt8] { Message().integer(1, 8).bytes(7, self).message(8, Message().integer(2, 17)).bytes }
}

@Suite struct HostileModelTests {
    static func read(_ bytes: [UInt8]) throws(InterchangeError) {
        let model = try ONNXModel(bytes: bytes, file: "x", budget: Reader.budget)
        var options = ONNXImportOptions()
        options.budget = Reader.budget
        _ = try model.network(options)
    }

    @Test("What is wrong with a model is said in one line", arguments: HostileModel.all)
    func refusal(model: HostileModel) {
        let start = ContinuousClock.now
        #expect(errorText { try HostileModelTests.read(model.bytes) } == model.text)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    @Test("There are more than sixty of them, under different names")
    func table() { #expect(Set(HostileModel.all.map(\.name)).count == HostileModel.all.count && HostileModel.all.count > 60) }

    @Test("External data comes from beside the model and from nowhere else")
    func externalData() throws {
        try withTemporaryFolder { root in
            let folder = root + "/model"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            func text(_ location: String, offset: String? = nil, length: String? = nil, root: String? = nil) -> String? {
                var entries = [("location", location)]
                if let offset { entries.append(("offset", offset)) }
                if let length { entries.append(("length", length)) }
                let tensor = Message().integer(1, 2).integer(2, 1).text(8, "w").integer(14, 1)
                    .messages(13, entries.map { Message().text(1, $0.0).text(2, $0.1) })
                let bytes = Written.model([Written.node("Add", ["x", "w"], ["y"])], [tensor])
                return errorText { _ = try ONNXModel(bytes: bytes, file: "x", folder: folder, externalDataFolder: root).network() }
            }
            let numbers = [Float(1), 2].flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
            try OutputFile.write(numbers, to: folder + "/w.bin")
            try OutputFile.write(numbers, to: root + "/outside.bin")
            #expect(text("w.bin") == nil)
            #expect(text("w.bin", offset: "0", length: "8") == nil)
            #expect(text("w.bin", offset: "4") == "65 x: tensor «w»: needs 8 bytes from byte 4 of «w.bin», which ends before")
            #expect(text("w.bin", offset: "-4") == "65 x: tensor «w»: gives «-4» as the offset of its external data")
            #expect(
                text("w.bin", offset: "9223372036854775807")
                    == "65 x: tensor «w»: needs 8 bytes from byte 9223372036854775807 of «w.bin», which ends before")
            #expect(text("w.bin", length: "4") == "65 x: tensor «w»: needs 8 bytes, but claims 4 in «w.bin»")
            #expect(text("v.bin") == "65 x: tensor «w»: keeps its data in «v.bin», which is not there")
            #expect(text("../outside.bin") == "65 x: tensor «w»: keeps its data in «../outside.bin», outside the model's folder")
            #expect(text("/etc/passwd") == "65 x: tensor «w»: keeps its data in «/etc/passwd», outside the model's folder")
            try FileManager.default.createSymbolicLink(atPath: folder + "/link.bin", withDestinationPath: root + "/outside.bin")
            #expect(text("link.bin") == "65 x: tensor «w»: keeps its data in «link.bin», which leads outside the model's folder")
            try FileManager.default.linkItem(atPath: root + "/outside.bin", toPath: folder + "/hard.bin")
            #expect(text("hard.bin") == "65 x: tensor «w»: keeps its data in «hard.bin», which has other names too (a hard link)")
            try FileManager.default.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
            #expect(text("sub") == "65 x: tensor «w»: keeps its data in «sub», which is not a regular file")
            #expect(text("outside.bin", root: root) == nil)
            // A folder that is allowed besides: by the link beside the model, or by a name of its own; no link leads out of both.
            #expect(text("link.bin", root: root) == nil)
            #expect(text("w.bin", root: root) == nil)
            #expect(text("v.bin", root: root) == "65 x: tensor «w»: keeps its data in «v.bin», which is not there")
            #expect(
                text("../outside.bin", root: root) == "65 x: tensor «w»: keeps its data in «../outside.bin», outside the model's folder")
            try FileManager.default.createSymbolicLink(atPath: folder + "/away.bin", withDestinationPath: "/etc/passwd")
            #expect(
                text("away.bin", root: root) == "65 x: tensor «w»: keeps its data in «away.bin», which leads outside the model's folder")
            // A sibling whose name only begins as the allowed folder's does is not inside it.
            for name in ["/cache", "/cache2"] {
                try FileManager.default.createDirectory(atPath: root + name, withIntermediateDirectories: true)
            }
            for name in ["/cache/b.bin", "/cache2/b.bin"] { try OutputFile.write(numbers, to: root + name) }
            for name in ["cache", "cache2"] {
                try FileManager.default.createSymbolicLink(atPath: folder + "/\(name).bin", withDestinationPath: root + "/\(name)/b.bin")
            }
            #expect(text("cache.bin", root: root + "/cache") == nil)
            #expect(
                text("cache2.bin", root: root + "/cache")
                    == "65 x: tensor «w»: keeps its data in «cache2.bin», which leads outside the model's folder")
            // Hard links are the allowed folder's matter alone.
            #expect(
                text("hard.bin", root: root + "/cache")
                    == "65 x: tensor «w»: keeps its data in «hard.bin», which has other names too (a hard link)")
        }
    }

    @Test("Of a long file that begins with no field of a model, the rest is not read")
    func beginning() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/zeros.onnx"
            try OutputFile.write([UInt8](), to: path)
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.truncate(atOffset: 1 << 30)
            func text(_ path: String) -> String? { errorText { _ = try ONNXModel(path: path) } }
            let refusal = "not an ONNX model (it does not begin with a field of one)"
            #expect(text(path) == "65 \(path): \(refusal)")
            // The first field's number, its type, and a number that goes on over two bytes.
            for (bytes, expected) in [
                ([0x4a, 1], refusal), ([0x09, 1], refusal), ([0x89, 0x50, 0x4e, 0x47], refusal),
                ([0x08, 8], "not an ONNX model (it has no graph)"), ([0x88, 0x00, 8], "not an ONNX model (it has no graph)"),
            ] as [([UInt8], String)] {
                try OutputFile.write(bytes, to: path)
                #expect(text(path) == "65 \(path): \(expected)")
            }
            try OutputFile.write(HostileModel.good, to: path)
            #expect(text(path) == nil)
        }
    }

    @Test("Law: a model with bytes changed at random is read or refused, with a typed error of one line", arguments: UInt64(0)..<20)
    func mutation(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed, purpose: "models")
        var seeds = HostileModel.all.map(\.bytes).filter { $0.count < 10_000 && !$0.isEmpty }
        seeds += try ExportedModel.all.map { try InterchangeTests.bytes(of: $0.path) }
        for _ in 0..<500 {
            let bytes = mutated(seeds, &generator)
            do throws(InterchangeError) { try HostileModelTests.read(bytes) } catch { #expect(!error.description.contains("\n")) }
        }
    }
}
