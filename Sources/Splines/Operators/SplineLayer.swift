// A layer is one nonlinearity together with every affine operator between it and the previous one; this decomposition is unique
// (THEORY §2). The last, without a nonlinearity, is the affine part before the outputs. A smooth nonlinearity is a layer without code.

public import Graphs
public import Tensors

/// One layer of a network as a max-affine spline operator.
public struct SplineLayer: Sendable {
    /// The place in the network, from 0.
    public let index: Int
    /// The nonlinearity's name, made unique and never empty; "output" for the final affine part.
    public let name: String
    /// What the layer is made of, first to last, such as "convolution", "ReLU".
    public let operators: [String]
    /// The values that the layer reads: earlier layers' outputs, or the data.
    public let sources: [Value]
    /// The code, `nil` for a smooth nonlinearity and for the final affine part.
    public let code: Value?
    /// The layer's value.
    public let output: Value
    /// One sample's shape of the (first) source and of the output.
    public let inputShape: Shape
    public let outputShape: Shape
    /// Units K of one sample: entries of the code, or of the output where there is none.
    public let units: Int
    /// Pieces R of a unit (padding included, as codes count it); 1 without a code.
    public let pieces: Int
    public let kind: SplineKind
}

extension ReadableGraph {
    /// The layers that the output needs, first to last: one for each nonlinearity, then the final affine part.
    public func layers() -> [SplineLayer] {
        let depends = graph.dataDependence
        let samples = graph.shape(input)[0]
        /// One sample's part of a value: without the axis of the samples where that is the first.
        func sampleShape(_ value: Value) -> Shape {
            let shape = graph.shape(value)
            if shape.first == samples { return Array(shape.dropFirst()) }
            return samples == 1 ? shape : [shape.elementCount / samples]
        }
        let codes = graph.codes(for: [output])
        let needed = graph.ancestors(of: [output])
        let smooth = graph.values.filter {
            needed[$0.index] && depends[$0.index] && graph.kind(of: $0, depends: depends) == .smooth
        }
        let appliers = graph.appliers(needed: needed)
        let nonlinearities =
            (codes.map { (graph.layerOutput(of: $0, appliers[$0] ?? [], needed: needed), $0) } + smooth.map { ($0, nil) })
            .sorted { $0.0 < $1.0 } as [(output: Value, code: Value?)]
        let outputs = nonlinearities.map(\.output)
        let boundaries = Set(outputs + [input])
        var names: [String: Int] = [:]
        func unique(_ name: String) -> String {
            names[name, default: 0] += 1
            return names[name]! == 1 ? name : "\(name)#\(names[name]!)"
        }
        var layers: [SplineLayer] = []
        for (index, (output, code)) in nonlinearities.enumerated() {
            let nonlinearity = code ?? output
            let (sources, operators) = graph.affinePart(
                before: output, boundaries: boundaries, depends: depends, isNonlinearity: true)
            let name = graph[nonlinearity].name
            layers.append(
                SplineLayer(
                    index: index, name: unique(name.isEmpty ? "layer\(index)" : name),
                    operators: operators + [graph.nonlinearityLabel(code: code, output: output)], sources: sources, code: code,
                    output: output, inputShape: sources.first.map(sampleShape) ?? [],
                    outputShape: sampleShape(output),
                    units: graph.shape(nonlinearity).elementCount / samples, pieces: graph[nonlinearity].type.pieceCount ?? 1,
                    kind: code.map { graph.layerKind(code: $0, appliers[$0] ?? [], output: output, depends: depends) } ?? .smooth))
        }
        let (sources, operators) = graph.affinePart(before: output, boundaries: boundaries, depends: depends)
        let isBare = outputs.contains(output)
        let outputShape = sampleShape(output)
        layers.append(
            SplineLayer(
                index: layers.count, name: unique("output"), operators: isBare ? ["identity"] : operators,
                sources: isBare ? [output] : sources,
                code: nil, output: output, inputShape: (isBare ? output : sources.first).map(sampleShape) ?? [],
                outputShape: outputShape, units: outputShape.elementCount, pieces: 1, kind: .affine))
        return layers
    }
}

extension [SplineLayer] {
    /// The layer of that name or index, as `info` lists them.
    /// - Throws: `ReadingError.unknownLayer`.
    public func named(_ name: String) throws(ReadingError) -> SplineLayer {
        guard let layer = first(where: { $0.name == name }) ?? first(where: { "\($0.index)" == name }) else {
            throw .unknownLayer(name, names: map(\.name))
        }
        return layer
    }
}

extension Graph {
    /// For each code the needed values that take it, first to last.
    func appliers(needed: [Bool]) -> [Value: [Value]] {
        var appliers: [Value: [Value]] = [:]
        for value in values where needed[value.index] {
            for operand in Set(self[value].operands) where self[operand].type.pieceCount != nil {
                appliers[operand, default: []].append(value)
            }
        }
        return appliers
    }

    /// The value of the nonlinearity whose code this is: the first value on which all that applies the code comes together.
    func layerOutput(of code: Value, _ appliers: [Value], needed: [Bool]) -> Value {
        // For one applier that is itself; a parametric ReLU adds two.
        guard appliers.count > 1 else { return appliers.first ?? code }
        var meets: [Value: Set<Value>] = [:]
        for value in values[appliers[0].index...] where needed[value.index] {
            var met: Set<Value> = appliers.contains(value) ? [value] : []
            for operand in self[value].operands { met.formUnion(meets[operand] ?? []) }
            if met.count == appliers.count { return value }
            if !met.isEmpty { meets[value] = met }
        }
        return appliers[appliers.count - 1]
    }

    /// What lies between a layer's value and the layers before it: those layers' values, and the operators met on the way, that of
    /// `output` among them unless it is the nonlinearity.
    func affinePart(before output: Value, boundaries: Set<Value>, depends: [Bool], isNonlinearity: Bool = false)
        -> (sources: [Value], operators: [String])
    {
        var (visited, sources): (Set<Value>, Set<Value>) = ([], [])
        var open = [output]
        while let value = open.popLast() {
            guard depends[value.index], visited.insert(value).inserted else { continue }
            if value != output && boundaries.contains(value) || self[value].operands.isEmpty {
                sources.insert(value)
                continue
            }
            open += self[value].operands
        }
        var operators: [String] = []
        for value in visited.subtracting(sources).sorted() where !(isNonlinearity && value == output) {
            // A bias is part of its operator; the sum of two values that depend on the data is one of its own.
            if self[value].primitive == .add && !self[value].operands.allSatisfy({ depends[$0.index] }) { continue }
            if let label = self[value].primitive.operatorLabel, operators.last != label { operators.append(label) }
        }
        return (sources.sorted(), operators)
    }

    /// The values that depend on `first` and that `last` needs, both included.
    func values(between first: Value, and last: Value) -> [Value] {
        let (after, before) = (dependents(of: [first]), ancestors(of: [last]))
        return values.filter { after[$0.index] && before[$0.index] }
    }

    /// The kind of a whole nonlinearity. Two pieces with learned slopes (parametric ReLU) are piecewise affine at least.
    func layerKind(code: Value, _ appliers: [Value], output: Value, depends: [Bool]) -> SplineKind {
        if appliers == [output] { return kind(of: output, depends: depends) }
        let between = values(between: code, and: output)
        return appliers.filter { between.contains($0) }.map { kind(of: $0, depends: depends) }.max() ?? .affine
    }

    /// The nonlinearity's usual name.
    func nonlinearityLabel(code: Value?, output: Value) -> String {
        guard let code else {
            switch self[output].primitive {
            case .multiply: return "product"
            case .divide: return "quotient"
            case .matrixProduct: return "matrix product"
            default: return self[output].primitive.operatorLabel ?? "smooth"
            }
        }
        guard case .select(let selector) = self[code].primitive else { return "?" }
        switch selector {
        case .largest(.window): return "max pooling"
        case .largest(.axis): return "maximum"
        case .winners: return "winners"
        case .knots(let knots):
            guard case .apply(let pieces) = self[output].primitive else {
                return self[output].primitive == .add ? "parametric ReLU" : "choice"
            }
            return pieces.label(between: knots)
        }
    }
}

extension Pieces {
    /// The entrywise function's usual name.
    func label(between knots: Knots) -> String {
        if knots.positions == [0] && offsets == [0, 0] {
            if slopes == [0, 1] { return "ReLU" }
            if slopes == [-1, 1] { return "absolute value" }
            if slopes[1] == 1 { return "leaky ReLU (\(slopes[0]))" }
        }
        if slopes == [0, 1, 0] && offsets[1] == 0 && knots.positions == [offsets[0], offsets[2]] {
            return "clip (\(offsets[0]), \(offsets[2]))"
        }
        return "\(slopes.count) pieces"
    }
}

extension Primitive {
    /// The field's name of an affine operator, `nil` for what only moves entries or belongs to another.
    var operatorLabel: String? {
        switch self {
        case .matrixProduct: "dense"
        case .convolution(let form): form.role == .input ? "transposed convolution" : "convolution"
        case .windowSum: "mean pooling"
        case .sum: "sum"
        case .concatenate: "concatenation"
        case .multiply, .divide: "scaling"
        case .add: "addition"
        case .gather, .scatter: "rearrangement"
        case .pad: "padding"
        case .smooth(let function): function.label
        case .softmax: "softmax"
        case .logSumExp: "log-sum-exp"
        case .input, .constant, .fill, .broadcast, .reshape, .transpose, .slice, .subtract, .affine, .select, .apply, .pick: nil
        }
    }
}
