// Freezing the codes at x makes the graph affine (THEORY §3, the general rule): the one source of A[x], b[x].

import Tensors

extension Graph {
    /// The data inputs, and the values that depend on them.
    public var dataDependence: [Bool] { dependents(of: inputs(.data)) }

    /// The codes that `outputs` need and that depend on the data, first to last: one for each nonlinearity.
    public func codes(for outputs: [Value]) -> [Value] {
        let (needed, depends) = (ancestors(of: outputs), dataDependence)
        return values.filter { value in
            if case .select = self[value].primitive { needed[value.index] && depends[value.index] } else { false }
        }
    }

    /// The nodes that keep `outputs` from being piecewise affine in the data, first to last.
    public func smoothNodes(for outputs: [Value]) -> [Value] {
        let (needed, depends) = (ancestors(of: outputs), dataDependence)
        return values.filter { value in
            needed[value.index] && !self[value].primitive.isAffine(whenDepending: self[value].operands.map { depends[$0.index] })
        }
    }

    /// The labels of `smoothNodes`, each once.
    public func smoothNames(for outputs: [Value]) -> [String] {
        smoothNodes(for: outputs).map { self[$0].label }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The widest kind of a node that `outputs` need.
    public func kind(of outputs: [Value]) -> SplineKind {
        let depends = dataDependence
        var needed = [Bool](repeating: false, count: nodes.count)
        for output in outputs { needed[output.index] = true }
        var kind = SplineKind.affine
        for value in values.reversed() where needed[value.index] {
            kind = max(kind, self.kind(of: value, depends: depends))
            // The code of the next largest entry comes from a value that jumps, while what it picks does not.
            for operand in isNextLargest(value) ? [self[value].operands[0]] : self[value].operands { needed[operand.index] = true }
        }
        return kind
    }

    /// The name of the input that stands for `code` in a frozen graph.
    public static func frozenCodeName(_ code: Value) -> String { "code \(code.index)" }

    /// The same graph with every code that depends on the data replaced by an input of role `code`, named by `frozenCodeName`.
    ///
    /// Values keep their indices, so a value of this graph names the same value of the frozen one. For the codes of x the frozen
    /// graph is, where `smoothNodes` is empty, the affine map A[x] · + b[x].
    public func frozen() -> Graph {
        let depends = dataDependence
        var frozen = Graph()
        for value in values {
            let node = self[value]
            if case .select = node.primitive, depends[value.index] {
                _ = frozen.emit(.input(Input(Graph.frozenCodeName(value), .code, node.type)), name: node.name)
            } else {
                do { _ = try frozen.append(node.primitive, node.operands, name: node.name) } catch { preconditionFailure("\(error)") }
            }
        }
        return frozen
    }
}
