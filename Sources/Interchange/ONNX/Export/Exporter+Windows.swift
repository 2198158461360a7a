// Convolutions and means over windows.

import Graphs
import Tensors

extension Exporter {
    /// The attributes of a window. Runtimes want a padding below the kernel's extent.
    private func attributes(_ window: SlidingWindow, dilations: Bool = true) -> [Onnx_AttributeProto] {
        var list = [attribute("kernel_shape", window.kernelSize), attribute("strides", window.strides)]
        list.append(attribute("pads", window.paddingLow + window.paddingHigh))
        if dilations { list.append(attribute("dilations", window.dilations)) }
        return list
    }

    func plan(convolution form: Convolution, _ operands: [Value], bias: Value?, _ value: Value) throws(InterchangeError) -> Plan {
        let window = form.window
        switch form.role {
        case .output:
            return Plan(operands: operands + [bias].compactMap(\.self)) { output throws(InterchangeError) in
                self.node(
                    "Conv", (operands + [bias].compactMap(\.self)).map(self.name), output,
                    self.attributes(window) + [self.attribute("group", form.groups)])
            }
        case .input:
            let (weight, u) = (operands[0], operands[1])
            let extra = self.attribute("output_padding", self.outputPadding(window))
            return Plan(operands: [u, weight] + [bias].compactMap(\.self)) { output throws(InterchangeError) in
                self.node(
                    "ConvTranspose", ([u, weight] + [bias].compactMap(\.self)).map(self.name), output,
                    self.attributes(window) + [self.attribute("group", form.groups), extra])
            }
        case .weight: throw unsupported(value, "is the weight gradient of a convolution, which ONNX has no operator for")
        }
    }

    /// The rest of the input that no window of the transposed convolution reaches.
    private func outputPadding(_ window: SlidingWindow) -> [Int] {
        window.inputSize.indices.map { axis in
            let reached =
                (window.outputSize[axis] - 1) * window.strides[axis] + window.dilations[axis] * (window.kernelSize[axis] - 1) + 1
            return window.inputSize[axis] + window.paddingLow[axis] + window.paddingHigh[axis] - reached
        }
    }

    /// Sums over windows: means times the number of places, or convolutions with ones where there is no such mean.
    /// - Parameter factor: of the sums.
    func plan(windowSum window: SlidingWindow, _ transposed: Bool, _ u: Value, factor: Double?, _ value: Value) throws(InterchangeError)
        -> Plan
    {
        let places = Double(window.placeCount)
        let extents = window.kernelSize.indices.map { window.dilations[$0] * (window.kernelSize[$0] - 1) + 1 }
        let isMean =
            !transposed && window.dilations.allSatisfy { $0 == 1 }
            && extents.indices.allSatisfy { max(window.paddingLow[$0], window.paddingHigh[$0]) < extents[$0] }
        if isMean {
            let counting = (window.paddingLow + window.paddingHigh).contains { $0 > 0 }
            let list = attributes(window, dilations: false) + (counting ? [attribute("count_include_pad", 1)] : [])
            let rest = (factor ?? 1) == 1 / places ? 1 : (factor ?? 1) * places
            return Plan(operands: [u]) { output throws(InterchangeError) in
                if rest == 1 { return self.node("AveragePool", [self.name(u)], output, list) }
                self.writeLine(rest, 0, of: self.node("AveragePool", [self.name(u)], list, for: output), output)
            }
        }
        let channels = graph.shape(u)[1]
        let shape = [channels, 1] + window.kernelSize
        let ones = [Double](repeating: factor ?? 1, count: shape.elementCount)
        let list = attributes(window) + [attribute("group", channels)]
        let extra = transposed ? [attribute("output_padding", outputPadding(window))] : []
        return Plan(operands: [u]) { output throws(InterchangeError) in
            self.node(transposed ? "ConvTranspose" : "Conv", [self.name(u), self.numbers(shape, ones)], output, list + extra)
        }
    }

    /// The maximum over windows. Padding is never chosen, here and there.
    func plan(maximumOver window: SlidingWindow, _ u: Value) -> Plan {
        Plan(operands: [u]) { output throws(InterchangeError) in
            self.node("MaxPool", [self.name(u)], output, self.attributes(window))
        }
    }
}
