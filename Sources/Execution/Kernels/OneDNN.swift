// oneDNN 2.6 by its C interface: engine, descriptors and primitives with owners. Float only; scratch memory is ours, because the
// library's own is shared between threads.

import COneDNN

/// A failure of the library, with the call that failed.
func checkOneDNN(_ status: dnnl_status_t, _ call: String) throws(ExecutionError) {
    guard status == dnnl_success else {
        throw .library(name: "oneDNN", problem: "\(call): expected success, got status \(status.rawValue)")
    }
}

/// The processor as oneDNN sees it. Engines may be shared between threads.
final class OneDNNEngine: @unchecked Sendable {
    let pointer: dnnl_engine_t

    /// The only one; or why there is none. Never destroyed.
    static let shared: Result<OneDNNEngine, ExecutionError> = {
        do throws(ExecutionError) { return .success(try OneDNNEngine()) } catch { return .failure(error) }
    }()

    private init() throws(ExecutionError) {
        var engine: dnnl_engine_t?
        try checkOneDNN(dnnl_engine_create(&engine, dnnl_cpu, 0), "dnnl_engine_create")
        pointer = engine!
    }

    /// Such as "2.6.3".
    static var version: String {
        guard let version = dnnl_version()?.pointee else { return "unknown" }
        return "\(version.major).\(version.minor).\(version.patch)"
    }

    /// The instruction set that its generated code uses.
    static var instructionSet: String {
        switch dnnl_get_effective_cpu_isa() {
        case dnnl_cpu_isa_sse41: "SSE4.1"
        case dnnl_cpu_isa_avx: "AVX"
        case dnnl_cpu_isa_avx2: "AVX2"
        case dnnl_cpu_isa_avx2_vnni: "AVX2-VNNI"
        case dnnl_cpu_isa_avx512_core: "AVX-512"
        case dnnl_cpu_isa_avx512_core_vnni: "AVX-512-VNNI"
        case dnnl_cpu_isa_avx512_core_bf16: "AVX-512-BF16"
        default: "other"
        }
    }
}

/// The order in which a call runs; one for each executor.
final class OneDNNStream {
    let pointer: dnnl_stream_t

    init(_ engine: OneDNNEngine) throws(ExecutionError) {
        var stream: dnnl_stream_t?
        try checkOneDNN(
            dnnl_stream_create(&stream, engine.pointer, UInt32(dnnl_stream_default_flags.rawValue)), "dnnl_stream_create")
        pointer = stream!
    }

    deinit { dnnl_stream_destroy(pointer) }
}

/// The shape and layout of an array, as the library says it.
struct OneDNNLayout {
    var descriptor: dnnl_memory_desc_t

    /// - Parameter tag: `dnnl_format_tag_any` lets the primitive choose.
    init(_ shape: [Int], _ tag: dnnl_format_tag_t) throws(ExecutionError) {
        descriptor = dnnl_memory_desc_t()
        let dimensions = shape.map { Int64($0) }
        let status = dnnl_memory_desc_init_by_tag(&descriptor, Int32(shape.count), dimensions, dnnl_f32, tag)
        try checkOneDNN(status, "dnnl_memory_desc_init_by_tag")
    }

    init(_ descriptor: dnnl_memory_desc_t) { self.descriptor = descriptor }

    var byteCount: Int { withUnsafePointer(to: descriptor) { Int(dnnl_memory_desc_get_size($0)) } }

    func isEqual(to other: OneDNNLayout) -> Bool {
        withUnsafePointer(to: descriptor) { a in withUnsafePointer(to: other.descriptor) { dnnl_memory_desc_equal(a, $0) != 0 } }
    }

    /// Row-major, of 1 to 6 axes.
    static func rowMajor(_ shape: [Int]) throws(ExecutionError) -> OneDNNLayout {
        let tags = [dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde, dnnl_abcdef]
        return try OneDNNLayout(shape, tags[shape.count - 1])
    }

    /// Axis 1 innermost, of 3 to 5 axes.
    static func channelsLast(_ shape: [Int]) throws(ExecutionError) -> OneDNNLayout {
        try OneDNNLayout(shape, [dnnl_acb, dnnl_acdb, dnnl_acdeb][shape.count - 3])
    }
}

/// What a primitive will do and by which of the library's kernels, before its code is made.
final class OneDNNOperation {
    let pointer: dnnl_primitive_desc_t

    /// The first kernel that is not the library's plain reference; `nil` where it has no other.
    init?(_ operation: const_dnnl_op_desc_t, _ engine: OneDNNEngine, hint: OneDNNOperation? = nil) throws(ExecutionError) {
        var attributes: dnnl_primitive_attr_t?
        try checkOneDNN(dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create")
        defer { dnnl_primitive_attr_destroy(attributes) }
        try checkOneDNN(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "scratchpad mode")
        var iterator: dnnl_primitive_desc_iterator_t?
        guard
            dnnl_primitive_desc_iterator_create(&iterator, operation, attributes, engine.pointer, hint?.pointer) == dnnl_success
        else { return nil }
        defer { dnnl_primitive_desc_iterator_destroy(iterator) }
        while true {
            guard let found = dnnl_primitive_desc_iterator_fetch(iterator) else { return nil }
            if !OneDNNOperation.name(of: found).hasPrefix("ref") {
                pointer = found
                return
            }
            dnnl_primitive_desc_destroy(found)
            guard dnnl_primitive_desc_iterator_next(iterator) == dnnl_success else { return nil }
        }
    }

    /// A change of layout.
    init(reorder from: OneDNNLayout, to: OneDNNLayout, _ engine: OneDNNEngine) throws(ExecutionError) {
        var attributes: dnnl_primitive_attr_t?
        try checkOneDNN(dnnl_primitive_attr_create(&attributes), "dnnl_primitive_attr_create")
        defer { dnnl_primitive_attr_destroy(attributes) }
        try checkOneDNN(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user), "scratchpad mode")
        var found: dnnl_primitive_desc_t?
        let status = withUnsafePointer(to: from.descriptor) { a in
            withUnsafePointer(to: to.descriptor) {
                dnnl_reorder_primitive_desc_create(&found, a, engine.pointer, $0, engine.pointer, attributes)
            }
        }
        try checkOneDNN(status, "dnnl_reorder_primitive_desc_create")
        pointer = found!
    }

    deinit { dnnl_primitive_desc_destroy(pointer) }

    /// The kernel, such as "jit:avx512_core".
    var kernelName: String { OneDNNOperation.name(of: pointer) }

    private static func name(of operation: dnnl_primitive_desc_t) -> String {
        var text: UnsafePointer<CChar>?
        guard dnnl_primitive_desc_query(operation, dnnl_query_impl_info_str, 0, &text) == dnnl_success, let text else { return "unknown" }
        return String(cString: text)
    }

    /// The layout that the operation has chosen for an operand.
    func layout(_ what: dnnl_query_t) -> OneDNNLayout { OneDNNLayout(dnnl_primitive_desc_query_md(pointer, what, 0)!.pointee) }

    var scratchByteCount: Int { layout(dnnl_query_scratchpad_md).byteCount }
}

/// A primitive with its arguments at fixed addresses.
final class OneDNNCall {
    private let primitive: dnnl_primitive_t
    private let stream: OneDNNStream
    private let arguments: UnsafeMutablePointer<dnnl_exec_arg_t>
    private let count: Int

    init(
        _ operation: OneDNNOperation, _ engine: OneDNNEngine, _ stream: OneDNNStream,
        _ operands: [(argument: Int32, layout: OneDNNLayout, address: UnsafeMutableRawPointer)]
    ) throws(ExecutionError) {
        var made: dnnl_primitive_t?
        try checkOneDNN(dnnl_primitive_create(&made, operation.pointer), "dnnl_primitive_create")
        (primitive, self.stream, count) = (made!, stream, operands.count)
        arguments = .allocate(capacity: operands.count)
        for (index, operand) in operands.enumerated() {
            var memory: dnnl_memory_t?
            let status = withUnsafePointer(to: operand.layout.descriptor) {
                dnnl_memory_create(&memory, $0, engine.pointer, operand.address)
            }
            try checkOneDNN(status, "dnnl_memory_create")
            arguments[index] = dnnl_exec_arg_t(arg: operand.argument, memory: memory)
        }
    }

    deinit {
        for index in 0..<count { dnnl_memory_destroy(arguments[index].memory) }
        arguments.deallocate()
        dnnl_primitive_destroy(primitive)
    }

    /// - Precondition: the arguments are as they were made, which the library accepts.
    func run() {
        let status = dnnl_primitive_execute(primitive, stream.pointer, Int32(count), arguments)
        precondition(status == dnnl_success, "dnnl_primitive_execute: status \(status.rawValue)")
    }
}
