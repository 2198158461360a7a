// What decoding protobuf would take, found by walking the bytes without decoding them: two bytes are an empty node, and an empty node
// in memory is some hundreds. So a small file cannot make the decoder allocate more than is allowed.

/// The kinds of messages that lie in one another, and what their fields hold.
private enum Message {
    case model, graph, node, attribute, tensor, sparseTensor, valueInfo, type, tensorType, shape, function, training, leaf

    enum Field {
        case message(Message)
        case text
        /// Whole numbers of up to ten bytes each, packed.
        case packedIntegers
        case other
    }

    /// Field numbers of onnx.proto (onnx 1.22.0).
    func field(_ number: Int) -> Field {
        switch (self, number) {
        case (.model, 7): .message(.graph)
        case (.model, 20): .message(.training)
        case (.model, 25): .message(.function)
        case (.model, 8), (.model, 14), (.model, 26): .message(.leaf)
        case (.training, 1), (.training, 2): .message(.graph)
        case (.training, _): .message(.leaf)
        case (.graph, 1): .message(.node)
        case (.graph, 5): .message(.tensor)
        case (.graph, 11), (.graph, 12), (.graph, 13): .message(.valueInfo)
        case (.graph, 15): .message(.sparseTensor)
        case (.graph, 14), (.graph, 16): .message(.leaf)
        case (.node, 5): .message(.attribute)
        case (.node, 9), (.node, 10): .message(.leaf)
        case (.attribute, 5), (.attribute, 10): .message(.tensor)
        case (.attribute, 6), (.attribute, 11): .message(.graph)
        case (.attribute, 14), (.attribute, 15): .message(.type)
        case (.attribute, 22), (.attribute, 23): .message(.sparseTensor)
        case (.attribute, 8), (.tensor, 1), (.tensor, 5), (.tensor, 7), (.tensor, 11), (.sparseTensor, 3): .packedIntegers
        case (.tensor, 3), (.tensor, 13), (.tensor, 16): .message(.leaf)
        case (.sparseTensor, 1), (.sparseTensor, 2): .message(.tensor)
        case (.valueInfo, 2): .message(.type)
        case (.valueInfo, 4): .message(.leaf)
        case (.type, 1): .message(.tensorType)
        case (.type, 4), (.type, 5), (.type, 8), (.type, 9): .message(.type)
        case (.tensorType, 2): .message(.shape)
        case (.shape, 1): .message(.leaf)
        case (.function, 7): .message(.node)
        case (.function, 11): .message(.attribute)
        case (.function, 12): .message(.valueInfo)
        case (.function, 9), (.function, 14): .message(.leaf)
        case (.node, 1), (.node, 2), (.function, 4), (.function, 5), (.function, 6), (.attribute, 9), (.tensor, 6): .text
        default: .other
        }
    }
}

enum WireEstimate {
    /// Bytes of a message in memory, its place in an array included; the largest (an attribute) has some forty fields.
    private static let messageSize = 512
    private static let textSize = 32

    /// Bytes that decoding a model would allocate beside those of the file, from above; of what is malformed, as far as it goes.
    static func model(_ bytes: [UInt8]) -> Int { bytes.withUnsafeBytes { estimate(.model, $0, depth: 0) } }

    private static func estimate(_ message: Message, _ bytes: UnsafeRawBufferPointer, depth: Int) -> Int {
        var (total, place) = (messageSize, 0)
        func varint() -> UInt64? {
            var (number, shift) = (UInt64(0), UInt64(0))
            while place < bytes.count, shift < 64 {
                let byte = bytes[place]
                place += 1
                number |= UInt64(byte & 0x7f) << shift
                if byte < 0x80 { return number }
                shift += 7
            }
            return nil
        }
        while place < bytes.count {
            guard let key = varint() else { return total }
            switch key & 7 {
            case 0:
                guard varint() != nil else { return total }
                total += 8
            case 1: (place, total) = (place + 8, total + 8)
            case 5: (place, total) = (place + 4, total + 8)
            case 2:
                guard let claimed = varint(), let length = Int(exactly: claimed), length <= bytes.count - place else { return total }
                let inner = UnsafeRawBufferPointer(rebasing: bytes[place..<place + length])
                place += length
                switch message.field(Int(truncatingIfNeeded: key >> 3)) {
                // The decoder stops at a depth of 100.
                case .message(let kind): total += depth < 100 ? estimate(kind, inner, depth: depth + 1) : messageSize
                case .text: total += textSize
                case .packedIntegers: total += 8 * length
                // Bytes are as many as the file has.
                case .other: break
                }
            default: return total
            }
        }
        return total
    }
}
