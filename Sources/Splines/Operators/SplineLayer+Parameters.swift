// The explicit (A, B) of a layer (THEORY §2), found as every affine map here is: by fixing codes and reading the frozen graph.

public import Graphs
public import Tensors

extension ReadableGraph {
    /// The pieces of a layer over its sources, one after the other and flattened: the graph must be built for one sample.
    ///
    /// Piece r of every unit is read from the graph with the layer's code fixed to r. For a layer that is not max-affine these are
    /// the slopes and offsets of its pieces all the same; only the maximum is not the rule that chooses. A place of a pooling window
    /// that lies in the padding has offset −∞.
    ///
    /// - Throws: `GraphError` when a parameter is not bound; `ShapeError` when the batch is not one sample.
    public func parameters(of layer: SplineLayer, bindings: Bindings<Double>) throws -> MaxAffineOperator {
        guard graph.shape(input).first == 1 else {
            throw ShapeError(what: "batch", where: layer.name, expected: "1 sample", got: "\(graph.shape(input))")
        }
        var cut = graph.cut(at: layer.sources, freezing: layer.code)
        let rank = graph.shape(layer.output).elementCount
        let seed = try cut.append(.input(Input("cotangent", .noise, ValueType(graph.shape(layer.output)))))
        let pulled = cut.pullback([(of: layer.output, cotangent: seed)], to: layer.sources)
        var bindings = bindings
        for source in layer.sources { bindings[Graph.cutName(source)] = .scalars(.zeros(graph.shape(source))) }
        let pieces = layer.code == nil ? 1 : layer.pieces
        let width = layer.sources.map { graph.shape($0).elementCount }.reduce(0, +)
        var (slopes, offsets) = (Tensor<Double>.zeros([rank, pieces, width]), Tensor<Double>.zeros([rank, pieces]))
        for r in 0..<pieces {
            if let code = layer.code {
                bindings[Graph.frozenCodeName(code)] = .code(Code(repeating: Int32(r), shape: graph.shape(code)))
            }
            let offset = try Interpreter.run(cut, [layer.output], bindings)[0].scalars
            for k in 0..<rank {
                offsets[k, r] = graph.isAbsent(place: r, unit: k, of: layer.code) ? -.infinity : offset.elements[k]
                var unit = Tensor<Double>.zeros(graph.shape(layer.output))
                unit.elements[k] = 1
                bindings["cotangent"] = .scalars(unit)
                var column = (k * pieces + r) * width
                for (source, value) in zip(layer.sources, pulled) {
                    let count = graph.shape(source).elementCount
                    if let value {
                        let row = try Interpreter.run(cut, [value], bindings)[0].scalars.elements
                        slopes.elements.replaceSubrange(column..<column + count, with: row)
                    }
                    column += count
                }
            }
        }
        return try MaxAffineOperator(slopes: slopes, offsets: offsets)
    }
}

extension Graph {
    /// The name of the input that stands for `value` in a graph cut there.
    static func cutName(_ value: Value) -> String { "value \(value.index)" }

    /// The same graph with `values` replaced by data inputs (`cutName`) and one code, or every code, by an input (`frozenCodeName`).
    /// Data inputs elsewhere become noise: they no longer vary. Values keep their indices.
    func cut(at values: [Value], freezing code: Value? = nil) -> Graph {
        var result = Graph()
        for value in self.values {
            let node = self[value]
            var primitive = node.primitive
            if values.contains(value) {
                primitive = .input(Input(Graph.cutName(value), .data, node.type))
            } else if value == code {
                primitive = .input(Input(Graph.frozenCodeName(value), .code, node.type))
            } else if case .input(let input) = primitive, input.role == .data {
                primitive = .input(Input(input.name, .noise, input.type))
            }
            var operands = node.operands
            if case .input = primitive { operands = [] }
            do { _ = try result.append(primitive, operands, name: node.name) } catch { preconditionFailure("\(error)") }
        }
        return result
    }

    /// Whether place `r` of unit `k`'s pooling window lies in the padding.
    func isAbsent(place: Int, unit: Int, of code: Value?) -> Bool {
        guard let code, case .select(.largest(.window(let window))) = self[code].primitive else { return false }
        let incidence = window.incidence
        let position = unit % window.outputSize.elementCount
        return !incidence.places[incidence.starts[position]..<incidence.starts[position + 1]].contains(Int32(place))
    }
}
