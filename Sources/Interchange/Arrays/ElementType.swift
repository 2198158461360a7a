// The number types that files hold; the chapters above compute in Float and Double only.

/// A number type of npy, safetensors and IDX files.
public enum ElementType: String, CaseIterable, Hashable, Sendable {
    case bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64

    /// Bytes of an element.
    public var size: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16, .float16, .bfloat16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    public var isInteger: Bool {
        switch self {
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: true
        case .bool, .float16, .bfloat16, .float32, .float64: false
        }
    }
}
