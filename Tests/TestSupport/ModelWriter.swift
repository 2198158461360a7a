// Writes protobuf field by field, so that tests can make models that no exporter would.

/// A protobuf message under construction.
package struct Message {
    package var bytes: [UInt8]

    package init(bytes: [UInt8] = []) { self.bytes = bytes }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7f) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The message with one more field.
    package func integer(_ field: Int, _ value: Int) -> Message {
        var message = self
        message.varint(UInt64(field << 3))
        message.varint(UInt64(bitPattern: Int64(value)))
        return message
    }

    package func bytes(_ field: Int, _ content: [UInt8]) -> Message {
        var message = self
        message.varint(UInt64(field << 3 | 2))
        message.varint(UInt64(content.count))
        message.bytes += content
        return message
    }

    package func text(_ field: Int, _ text: String) -> Message { bytes(field, Array(text.utf8)) }
    package func texts(_ field: Int, _ texts: [String]) -> Message {
        var message = self
        message.bytes += texts.flatMap { Message().text(field, $0).bytes }
        return message
    }
    package func message(_ field: Int, _ message: Message) -> Message { bytes(field, message.bytes) }
    package func messages(_ field: Int, _ messages: [Message]) -> Message { messages.reduce(self) { $0.message(field, $1) } }

    package func float(_ field: Int, _ value: Float) -> Message {
        var message = self
        message.varint(UInt64(field << 3 | 5))
        message.bytes += withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
        return message
    }
}

/// The messages of onnx.proto, by their field numbers.
package enum Written {
    package static func attribute(_ name: String, integer: Int) -> Message { Message().text(1, name).integer(3, integer).integer(20, 2) }
    package static func attribute(_ name: String, float: Float) -> Message { Message().text(1, name).float(2, float).integer(20, 1) }
    package static func attribute(_ name: String, text: String) -> Message { Message().text(1, name).text(4, text).integer(20, 3) }
    package static func attribute(_ name: String, integers: [Int]) -> Message {
        integers.reduce(Message().text(1, name)) { $0.integer(8, $1) }.integer(20, 7)
    }
    package static func attribute(_ name: String, graph: Message) -> Message { Message().text(1, name).message(6, graph).integer(20, 5) }
    package static func attribute(_ name: String, tensor: Message) -> Message { Message().text(1, name).message(5, tensor).integer(20, 4) }

    package static func node(
        _ operatorName: String, _ inputs: [String], _ outputs: [String], _ attributes: [Message] = [], name: String = "n",
        domain: String = ""
    ) -> Message {
        Message().texts(1, inputs).texts(2, outputs).text(3, name).text(4, operatorName).messages(5, attributes).text(7, domain)
    }

    /// Floats by default (type 1), as raw bytes.
    package static func tensor(_ name: String, _ shape: [Int], raw: [UInt8], type: Int = 1) -> Message {
        Message(bytes: shape.flatMap { Message().integer(1, $0).bytes }).integer(2, type).text(8, name).bytes(9, raw)
    }
    package static func floats(_ name: String, _ shape: [Int], _ numbers: [Float]) -> Message {
        tensor(name, shape, raw: numbers.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) })
    }
    package static func integers(_ name: String, _ shape: [Int], _ numbers: [Int]) -> Message {
        tensor(name, shape, raw: numbers.flatMap { withUnsafeBytes(of: Int64($0).littleEndian, Array.init) }, type: 7)
    }

    /// An input or output; sizes below 0 are the symbol "N".
    package static func value(_ name: String, _ shape: [Int]? = [1, 2], type: Int = 1) -> Message {
        var tensor = Message().integer(1, type)
        if let shape {
            tensor = tensor.message(
                2, shape.reduce(Message()) { $0.message(1, $1 < 0 ? Message().text(2, "N") : Message().integer(1, $1)) })
        }
        return Message().text(1, name).message(2, Message().message(1, tensor))
    }

    package static func graph(
        _ nodes: [Message], inputs: [Message] = [value("x")], outputs: [Message] = [value("y", nil)], _ initializers: [Message] = []
    ) -> Message {
        Message().messages(1, nodes).text(2, "g").messages(5, initializers).messages(11, inputs).messages(12, outputs)
    }

    package static func model(_ graph: Message, opset: Int = 17, ir: Int = 8, functions: [Message] = []) -> Message {
        Message().integer(1, ir).text(2, "test").message(7, graph).message(8, Message().integer(2, opset)).messages(25, functions)
    }

    /// A model of the nodes given, from x `[1, 2]` to y.
    package static func model(_ nodes: [Message], _ initializers: [Message] = []) -> [UInt8] { model(graph(nodes, initializers)).bytes }
}
