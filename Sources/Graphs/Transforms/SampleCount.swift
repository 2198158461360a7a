// A graph for N samples as one for another number of them, where it treats all alike.

import Tensors

extension Graph {
    /// The graph that does to each of `count` samples of `input` what this does to each of its own, as far as `output` needs it; `nil` where
    /// entries of several samples are taken in another way than all of them in their order, or codes are constants that differ along samples.
    ///
    /// - Precondition: `mixer(of: input, to: output)` is `nil` with the parameters' numbers.
    public func forSamples(_ count: Int, of input: Value, to output: Value) -> (graph: Graph, input: Value, output: Value)? {
        let samples = Samples(count: shape(input)[0])
        let layouts = zip(sampleDependences(of: input), values).map { samples.layout($0, shape($1)) }
        let needed = ancestors(of: [output])
        var result = Graph()
        var map = [Value?](repeating: nil, count: nodes.count)
        /// What `count` samples meet of a constant: the first sample's part again and again.
        func repeated(_ constant: Value, along axis: Int, run: Int) -> Value? {
            let shape = self.shape(constant)
            let outer = shape[axis] / (samples.count * run)
            func with(_ sizes: [Int]) -> Shape { shape[..<axis] + sizes + shape[(axis + 1)...] }
            let whole = with([outer * count * run])
            switch self[constant].primitive {
            case .fill(let number, _): return try? result.append(.fill(number, whole))
            case .broadcast(let axes, _) where axes.contains(axis):
                return try? result.append(.broadcast(axes: axes, shape: whole), [map[self[constant].operands[0].index]!])
            default:
                let first = (0..<outer).flatMap { block in (0..<run).map { block * samples.count * run + $0 } }
                let steps: [Primitive] = [
                    .gather(axis: axis, indices: first), .reshape(with([outer, run])),
                    .broadcast(axes: [axis + 1], shape: with([outer, count, run])), .reshape(whole),
                ]
                return try? steps.reduce(map[constant.index]!) { try result.append($1, [$0]) }
            }
        }
        for value in values where needed[value.index] || value == input {
            let node = self[value]
            var primitive = node.primitive
            var operands = node.operands.map { map[$0.index]! }
            if layouts[value.index] == .several { return nil }
            if case .along(let axis, let run) = layouts[value.index] {
                let places = node.operands.map { layouts[$0.index] }
                for (index, operand) in node.operands.enumerated() {
                    guard let axis = samples.axis(ofConstant: index, of: primitive, places, rank: node.type.shape.count) else { continue }
                    guard let part = repeated(operand, along: axis, run: run) else { return nil }
                    operands[index] = part
                }
                guard let scaled = samples.scaled(primitive, along: axis, run: run, node.type.shape, to: count) else { return nil }
                primitive = scaled
            }
            guard let made = try? result.append(primitive, operands, name: node.name) else { return nil }
            map[value.index] = made
        }
        guard let made = layouts[output.index] == .none ? repeated(output, along: 0, run: 1) : map[output.index] else { return nil }
        return (result, map[input.index]!, made)
    }
}

extension Samples {
    /// Where the entries of an axis of `size` are, for other numbers of samples: in which repetition of all samples, and at which place of
    /// a sample's run.
    fileprivate func places(_ size: Int, run: Int, for other: Int) -> [(outer: Int, within: Int)] {
        (0..<size / count * other).map { ($0 / (run * other), $0 % run) }
    }

    /// The primitive for another number of samples, whose result has them along `axis` of `shape`.
    func scaled(_ primitive: Primitive, along axis: Int, run: Int, _ shape: Shape, to other: Int) -> Primitive? {
        var whole = shape
        whole[axis] = shape[axis] / count * other
        /// Entry i of the axis as it is taken from an entry of the same sample, if that is done alike for all.
        func scaled(_ indices: [Int]) -> [Int]? {
            func at(_ outer: Int, _ sample: Int, _ within: Int, of number: Int) -> Int { (outer * number + sample) * run + within }
            let isAlike = indices.indices.allSatisfy { i in
                let first = indices[at(i / (run * count), 0, i % run, of: count)]
                return indices[i] == first + i / run % count * run
            }
            guard isAlike else { return nil }
            return places(indices.count, run: run, for: other).enumerated().map { i, place in
                let index = indices[at(place.outer, 0, place.within, of: count)]
                return at(index / (run * count), i / run % other, index % run, of: other)
            }
        }
        switch primitive {
        case .input(let input): return .input(Input(input.name, input.role, ValueType(whole)))
        case .reshape: return .reshape(whole)
        case .broadcast(let axes, _): return .broadcast(axes: axes, shape: whole)
        case .slice(let slice):
            let block = run * count
            guard slice.steps[axis] == 1, slice.starts[axis] % block == 0, slice.counts[axis] % block == 0 else { return nil }
            var (starts, counts) = (slice.starts, slice.counts)
            starts[axis] = starts[axis] / count * other
            counts[axis] = whole[axis]
            return .slice(Slice(starts: starts, counts: counts, steps: slice.steps))
        case .gather(axis: axis, let indices): return scaled(indices).map { .gather(axis: axis, indices: $0) }
        case .scatter(axis: axis, let indices, let size):
            return scaled(indices).map { .scatter(axis: axis, indices: $0, size: size / count * other) }
        case .constant, .fill, .matrixProduct, .convolution, .windowSum, .sum, .transpose, .pad, .concatenate, .gather, .scatter, .add,
            .subtract, .affine, .multiply, .divide, .select, .apply, .pick, .smooth, .softmax, .logSumExp:
            return primitive
        }
    }
}
