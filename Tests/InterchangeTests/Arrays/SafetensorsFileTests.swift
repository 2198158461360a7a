import Interchange
import Tensors
import Testing

@Suite struct SafetensorsFileTests {
    @Test("A file of the format's own library is read: metadata, types, shapes, values")
    func reference() throws {
        let file = try SafetensorsFile(path: fixture("tensors.safetensors"))
        #expect(file.metadata("note") == "«ö»\n")
        let expected: [NamedTensor] = [
            NamedTensor(name: "layer.weight", tensor: .float32(Tensor(shape: [2, 3], elements: [0, 0.25, 0.5, 0.75, 1, 1.25]))),
            NamedTensor(name: "layer.bias", tensor: .float64(Tensor(shape: [2], elements: [0.1, -2]))),
            NamedTensor(name: "half", tensor: .float16(Tensor(shape: [3], elements: [0.5, -1.5, 65504]))),
            NamedTensor(name: "flags", tensor: .bool(Tensor(shape: [2], elements: [true, false]))),
            NamedTensor(name: "count", tensor: .int64(Tensor(shape: [], elements: [7]))),
            NamedTensor(name: "none", tensor: .uint8(Tensor(shape: [0, 3], elements: []))),
        ]
        #expect(Set(file.tensors) == Set(expected))
    }

    @Test("bfloat16 is the upper half of a Float")
    func bfloat16() throws {
        let header = #"{"x":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#
        let file = try SafetensorsFile(bytes: safetensors(header, [0x80, 0x3f, 0x49, 0xc0]), file: "b")
        #expect(file.tensors[0].tensor == .bfloat16(Tensor(shape: [2], elements: [1, -3.140625])))
    }
}

/// The bytes of a safetensors file with a header as given.
func safetensors(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + data
}
