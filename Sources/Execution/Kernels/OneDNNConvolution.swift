// The three roles of the trilinear form by oneDNN: forward, gradient with respect to the input, gradient with respect to the weight.
// Images are channels-last; weights lie as the library prefers, and are brought there by a step of their own.

import COneDNN
import Graphs
import Tensors

/// A convolution as the library will do it.
final class OneDNNConvolution {
    let engine: OneDNNEngine
    let operation: OneDNNOperation
    let role: Convolution.Role
    let hasBias: Bool
    let input: OneDNNLayout
    let output: OneDNNLayout
    let bias: OneDNNLayout
    /// The weight as the graph has it, and as the operation wants it.
    let plainWeight: OneDNNLayout
    let weight: OneDNNLayout

    /// `nil` where the library has no kernel for this form but its plain reference.
    init?(_ convolution: Convolution, input inputShape: Shape, output outputShape: Shape, hasBias: Bool, engine: OneDNNEngine)
        throws(ExecutionError)
    {
        let (window, groups) = (convolution.window, convolution.groups)
        guard (3...5).contains(inputShape.count), !inputShape.contains(0), !outputShape.contains(0) else { return nil }
        (self.engine, role, self.hasBias) = (engine, convolution.role, hasBias)
        let (channels, filters) = (inputShape[1], outputShape[1])
        let weightShape = (groups == 1 ? [] : [groups]) + [filters / groups, channels / groups] + window.kernelSize
        guard weightShape.count <= 6 else { return nil }
        let input = try OneDNNLayout.channelsLast(inputShape)
        let output = try OneDNNLayout.channelsLast(outputShape)
        let bias = try OneDNNLayout.rowMajor([filters])
        (self.input, self.output, self.bias) = (input, output, bias)
        plainWeight = try .rowMajor(weightShape)
        let anyWeight = try OneDNNLayout(weightShape, dnnl_format_tag_any)
        let strides = window.strides.map { Int64($0) }
        let dilations = window.dilations.map { Int64($0 - 1) }
        let (low, high) = (window.paddingLow.map { Int64($0) }, window.paddingHigh.map { Int64($0) })
        func descriptor(_ make: (UnsafeMutablePointer<dnnl_convolution_desc_t>, _ d: [UnsafePointer<dnnl_memory_desc_t>]) -> dnnl_status_t)
            -> dnnl_convolution_desc_t?
        {
            var result = dnnl_convolution_desc_t()
            let status = withUnsafePointer(to: input.descriptor) { i in
                withUnsafePointer(to: anyWeight.descriptor) { w in
                    withUnsafePointer(to: bias.descriptor) { b in
                        withUnsafePointer(to: output.descriptor) { o in make(&result, [i, w, b, o]) }
                    }
                }
            }
            return status == dnnl_success ? result : nil
        }
        let training = convolution.role == .output ? dnnl_forward_inference : dnnl_forward_training
        guard
            var forward = descriptor({
                dnnl_dilated_convolution_forward_desc_init(
                    $0, training, dnnl_convolution_direct, $1[0], $1[1], hasBias ? $1[2] : nil, $1[3], strides, dilations, low, high)
            }), let forwardOperation = try OneDNNOperation(&forward, engine)
        else { return nil }
        switch convolution.role {
        case .output:
            operation = forwardOperation
            weight = operation.layout(dnnl_query_weights_md)
        case .input:
            guard
                var backward = descriptor({
                    dnnl_dilated_convolution_backward_data_desc_init(
                        $0, dnnl_convolution_direct, $1[0], $1[1], $1[3], strides, dilations, low, high)
                }), let found = try OneDNNOperation(&backward, engine, hint: forwardOperation)
            else { return nil }
            operation = found
            weight = operation.layout(dnnl_query_weights_md)
        case .weight:
            guard
                var backward = descriptor({
                    dnnl_dilated_convolution_backward_weights_desc_init(
                        $0, dnnl_convolution_direct, $1[0], $1[1], nil, $1[3], strides, dilations, low, high)
                }), let found = try OneDNNOperation(&backward, engine, hint: forwardOperation)
            else { return nil }
            operation = found
            weight = operation.layout(dnnl_query_diff_weights_md)
        }
    }

    /// Whether the kernel uses the widest registers that the machine has.
    var isWide: Bool { InstructionSet.widest != .avx512 || operation.kernelName.contains("avx512") }

    /// Whether the graph's row-major weight is what the operation wants.
    var takesPlainWeight: Bool { weight.isEqual(to: plainWeight) }
}

/// One run of a convolution: reads (x, w[, bias]), (w, y) or (x, y) as the role says.
struct OneDNNConvolutionKernel: Kernel {
    let convolution: OneDNNConvolution

    var scratchByteCount: Int { convolution.operation.scratchByteCount }

    func bound(to addresses: Addresses) throws(ExecutionError) -> () -> Void {
        let form = convolution
        let (reads, result) = (addresses.reads, addresses.writes[0])
        var operands: [(argument: Int32, layout: OneDNNLayout, address: UnsafeMutableRawPointer)]
        switch form.role {
        case .output:
            operands = [
                (DNNL_ARG_SRC, form.input, reads[0]), (DNNL_ARG_WEIGHTS, form.weight, reads[1]), (DNNL_ARG_DST, form.output, result),
            ]
            if form.hasBias { operands.append((DNNL_ARG_BIAS, form.bias, reads[2])) }
        case .input:
            operands = [
                (DNNL_ARG_WEIGHTS, form.weight, reads[0]), (DNNL_ARG_DIFF_DST, form.output, reads[1]),
                (DNNL_ARG_DIFF_SRC, form.input, result),
            ]
        case .weight:
            operands = [
                (DNNL_ARG_SRC, form.input, reads[0]), (DNNL_ARG_DIFF_DST, form.output, reads[1]),
                (DNNL_ARG_DIFF_WEIGHTS, form.weight, result),
            ]
        }
        if scratchByteCount > 0 {
            operands.append((DNNL_ARG_SCRATCHPAD, form.operation.layout(dnnl_query_scratchpad_md), addresses.scratch))
        }
        let call = try OneDNNCall(form.operation, form.engine, OneDNNStream(form.engine), operands)
        return { call.run() }
    }
}

/// Brings a weight from the graph's layout into the library's, or a gradient back.
struct OneDNNReorderKernel: Kernel {
    let engine: OneDNNEngine
    let operation: OneDNNOperation
    let from: OneDNNLayout
    let to: OneDNNLayout

    init(from: OneDNNLayout, to: OneDNNLayout, engine: OneDNNEngine) throws(ExecutionError) {
        (self.engine, self.from, self.to) = (engine, from, to)
        operation = try OneDNNOperation(reorder: from, to: to, engine)
    }

    var scratchByteCount: Int { operation.scratchByteCount }

    func bound(to addresses: Addresses) throws(ExecutionError) -> () -> Void {
        var operands = [(DNNL_ARG_FROM, from, addresses.reads[0]), (DNNL_ARG_TO, to, addresses.writes[0])].map {
            (argument: $0.0, layout: $0.1, address: $0.2)
        }
        if scratchByteCount > 0 {
            operands.append((DNNL_ARG_SCRATCHPAD, operation.layout(dnnl_query_scratchpad_md), addresses.scratch))
        }
        let call = try OneDNNCall(operation, engine, OneDNNStream(engine), operands)
        return { call.run() }
    }
}
