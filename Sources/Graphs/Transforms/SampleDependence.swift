// Which sample of a batch each entry of a value depends on: what makes a graph for N samples N readings of one network.

import Tensors

/// What the entries of a value, counted row-major, depend on of a batch of N samples.
public enum SampleDependence: Hashable, Sendable {
    /// On no sample.
    case none
    /// Entry i on sample (i / stride) mod N alone, wherever among the axes the samples lie.
    case one(stride: Int)
    /// Some entry on several samples, as far as shapes and indices tell.
    case several

    /// How many entries in sequence are one sample's, where each is of one.
    public var stride: Int? { if case .one(let stride) = self { stride } else { nil } }
}

extension Graph {
    /// For each value what it depends on of the samples that lie along the first axis of `input`.
    ///
    /// Found from shapes and indices alone: a product with zeros still counts.
    public func sampleDependences(of input: Value) -> [SampleDependence] {
        let samples = Samples(count: shape(input).first ?? 1)
        var result: [SampleDependence] = []
        for value in values {
            let node = self[value]
            let size = node.type.shape.elementCount
            let operands = node.operands.map { samples.layout(result[$0.index], shape($0)) }
            if size == 0 {
                result.append(.none)
            } else if value == input {
                result.append(.one(stride: size / samples.count))
            } else if operands.allSatisfy({ $0 == .none }) {
                result.append(.none)
            } else if samples.count == 1 {
                result.append(.one(stride: size))
            } else if operands.contains(.several) {
                result.append(.several)
            } else {
                let shapes = node.operands.map { shape($0) }
                result.append(samples.dependence(node.primitive, operands, shapes, to: node.type.shape))
            }
        }
        return result
    }

    /// The first needed value that mixes the samples of `input`, whose operands do not, or does to one sample what it does not do to another;
    /// `nil` where each entry of `output` has a sample of its own, these lie along the first axis, and all are treated alike.
    ///
    /// - Parameter parameters: where entries of a parameter meet those of several samples, it counts as different for each unless it is here.
    public func mixer(of input: Value, to output: Value, parameters: Bindings<Double> = [:]) -> Value? {
        let dependences = sampleDependences(of: input)
        let samples = Samples(count: shape(input).first ?? 1)
        let needed = ancestors(of: [output])
        switch dependences[output.index] {
        case .several: return values.first { needed[$0.index] && dependences[$0.index] == .several }
        case .one(let stride) where shape(output).first != samples.count || stride * samples.count != shape(output).elementCount:
            return output
        case .one, .none: break
        }
        guard samples.count > 1 else { return nil }
        let constants = ConstantEntries(self, parameters)
        if dependences[output.index] == .none {
            return isEven(output, along: 0, run: 1, samples, constants) ? nil : output
        }
        let layouts = zip(dependences, values).map { samples.layout($0, shape($1)) }
        return values.first { needed[$0.index] && isUneven(self[$0], layouts, samples, constants) }
    }

    /// Whether a node brings samples together with constants that differ from sample to sample.
    private func isUneven(_ node: Node, _ layouts: [Samples.Layout], _ samples: Samples, _ constants: ConstantEntries) -> Bool {
        let operands = node.operands.map { layouts[$0.index] }
        guard case .along(_, let run)? = operands.first(where: { $0 != .none }) else { return false }
        return node.operands.indices.contains { index in
            guard let axis = samples.axis(ofConstant: index, of: node.primitive, operands, rank: node.type.shape.count) else {
                return false
            }
            return !isEven(node.operands[index], along: axis, run: run, samples, constants)
        }
    }

    /// Whether a value has the same entries for every sample, where these lie along an axis, `run` of it in sequence.
    private func isEven(_ value: Value, along axis: Int, run: Int, _ samples: Samples, _ constants: ConstantEntries) -> Bool {
        if shape(value).elementCount == 0 { return true }
        switch self[value].primitive {
        case .fill: return true
        case .broadcast(let axes, _) where axes.contains(axis): return true
        default:
            guard let entries = constants[value] else { return false }
            let (size, after) = (shape(value)[axis], shape(value).dropFirst(axis + 1).reduce(1, *))
            return entries.indices.allSatisfy { i in
                let place = i / after % size
                return entries[i] == entries[i - place / run % samples.count * run * after]
            }
        }
    }
}

/// The rules, for N samples.
struct Samples {
    let count: Int

    /// Where the samples lie in a value of known shape: along an axis, `run` entries of which in sequence are one sample's.
    enum Layout: Hashable {
        case none
        case along(axis: Int, run: Int)
        case several
    }

    func layout(_ dependence: SampleDependence, _ shape: Shape) -> Layout {
        switch dependence {
        case .none: return .none
        case .several: return .several
        case .one(let stride):
            if count == 1 { return .along(axis: 0, run: 1) }
            var after = shape.elementCount
            for (axis, size) in shape.enumerated() {
                after /= size
                if after <= stride && stride * count <= after * size && stride % after == 0 && size % (stride / after * count) == 0 {
                    return .along(axis: axis, run: stride / after)
                }
            }
            return .several
        }
    }

    /// The axis of operand `index`, which depends on no sample, along which its entries meet those of the samples that others have; `nil`
    /// where each meets all of them, or the operand depends on samples.
    func axis(ofConstant index: Int, of primitive: Primitive, _ operands: [Layout], rank: Int) -> Int? {
        guard operands[index] == .none, case .along(let axis, _)? = operands.first(where: { $0 != .none }) else { return nil }
        switch primitive {
        case .add, .subtract, .multiply, .divide, .apply, .concatenate, .pick(_, transposed: true): return axis
        case .matrixProduct: return axis < rank - 2 ? axis : nil
        case .pick(let choice, transposed: false): return place(choice, axis, isGrouped: index == 0)
        case .input, .constant, .fill, .convolution, .windowSum, .sum, .broadcast, .reshape, .transpose, .pad, .slice, .gather, .scatter,
            .affine, .select, .smooth, .softmax, .logSumExp:
            return nil
        }
    }

    private func along(_ axis: Int?, run: Int, _ shape: Shape) -> SampleDependence {
        axis.map { .one(stride: run * shape.dropFirst($0 + 1).reduce(1, *)) } ?? .several
    }

    /// - Precondition: some operand depends on samples, none on several.
    func dependence(_ primitive: Primitive, _ operands: [Layout], _ shapes: [Shape], to shape: Shape) -> SampleDependence {
        let moving = operands.indices.filter { operands[$0] != .none }
        let first = moving[0]
        guard case .along(let axis, let run) = operands[first] else { return .several }
        let from = shapes[first]
        let areAlike = moving.allSatisfy { operands[$0] == operands[first] }
        func kept(at place: Int?) -> SampleDependence { along(place, run: run, shape) }
        /// Axis `axis` of what has `dropped` taken out.
        func without(_ dropped: [Int]) -> Int? { dropped.contains(axis) ? nil : axis - dropped.filter { $0 < axis }.count }
        /// Whether entry i of the axis is taken from an entry of the same sample.
        func keepsSamples(_ indices: some Sequence<Int>, size: Int) -> Bool {
            size % (run * count) == 0 && indices.enumerated().allSatisfy { ($0 / run) % count == ($1 / run) % count }
        }
        switch primitive {
        case .input, .constant, .fill: return .several
        case .add, .subtract, .multiply, .divide, .affine, .apply, .smooth:
            return areAlike ? kept(at: axis) : .several
        case .reshape: return .one(stride: run * from.dropFirst(axis + 1).reduce(1, *))
        case .transpose(let order): return kept(at: order.firstIndex(of: axis))
        case .sum(let axes): return kept(at: without(axes))
        case .broadcast(let axes, _):
            return kept(at: shape.indices.filter { !axes.contains($0) }[axis])
        case .pad(let padding):
            let isKept = padding.low[axis] == 0 && padding.high[axis] == 0 && padding.interior[axis] == 0
            return kept(at: isKept ? axis : nil)
        case .slice(let slice):
            let indices = (0..<slice.counts[axis]).lazy.map { slice.starts[axis] + $0 * slice.steps[axis] }
            return kept(at: keepsSamples(indices, size: slice.counts[axis]) ? axis : nil)
        case .concatenate(let joined):
            let fits = joined != axis || shapes.allSatisfy { $0[axis] % (run * count) == 0 }
            return kept(at: areAlike && fits ? axis : nil)
        case .gather(let gathered, let indices):
            return kept(at: gathered != axis || keepsSamples(indices, size: indices.count) ? axis : nil)
        case .scatter(let scattered, let indices, let size):
            return kept(at: scattered != axis || size % (run * count) == 0 && keepsSamples(indices, size: indices.count) ? axis : nil)
        case .matrixProduct(let transposeLeft, let transposeRight):
            let rank = from.count
            if axis < rank - 2 { return kept(at: areAlike ? axis : nil) }
            // One factor has the samples along its free axis.
            guard moving.count == 1 else { return .several }
            let isTransposed = first == 0 ? transposeLeft : transposeRight
            let free = (first == 0) != isTransposed ? rank - 2 : rank - 1
            return kept(at: axis == free ? (first == 0 ? rank - 2 : rank - 1) : nil)
        case .convolution(let convolution):
            let data: Int? =
                switch convolution.role {
                case .output: 0
                case .input: 1
                case .weight: nil
                }
            return kept(at: moving == [data] && axis == 0 ? 0 : nil)
        case .windowSum: return kept(at: axis < 2 ? axis : nil)
        case .select(let selector):
            switch selector {
            case .knots: return kept(at: axis)
            case .largest(let choice): return kept(at: place(choice, axis, isGrouped: false))
            case .winners(let along, _): return kept(at: along == axis ? nil : axis)
            }
        case .pick(let choice, let transposed):
            // The value and its code, which has the group's shape: both must tell the same place.
            let places = moving.map { index -> Int? in
                guard case .along(let axis, let own) = operands[index], own == run else { return nil }
                let isGrouped = transposed || index == 1
                let place = isGrouped ? axis : self.place(choice, axis, isGrouped: false)
                return transposed ? place.flatMap { self.place(choice, $0, isGrouped: true) } : place
            }
            return kept(at: places.allSatisfy { $0 == places[0] } ? places[0] : nil)
        case .softmax(let along): return kept(at: along == axis ? nil : axis)
        case .logSumExp(let along): return kept(at: without([along]))
        }
    }

    /// The axis of a grouped value at which axis `axis` of the ungrouped one is; or the other way round.
    private func place(_ choice: Choice, _ axis: Int, isGrouped: Bool) -> Int? {
        switch choice {
        case .window: axis < 2 ? axis : nil
        case .axis(let dropped, _):
            isGrouped ? (axis < dropped ? axis : axis + 1) : axis == dropped ? nil : axis > dropped ? axis - 1 : axis
        }
    }
}
