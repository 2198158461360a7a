// Sums of products by an equation between the labels of axes.

import Graphs
import Tensors

extension NodeContext {
    func einsum() throws(InterchangeError) -> [ImportedValue] {
        guard let equation = try string("equation") else { throw malformed("attribute 'equation' is missing") }
        let values = try operands()
        let text = equation.filter { $0 != " " }
        let sides = text.components(around: "->")
        var terms: [[Character]] = []
        for (term, value) in zip(sides.left.split(separator: ",", omittingEmptySubsequences: false), values) {
            terms.append(try labels(String(term), rank: value.shape.count, equation))
        }
        try require(
            sides.left.split(separator: ",", omittingEmptySubsequences: false).count == values.count && !values.isEmpty,
            "equation \(quoted(equation)) does not name \(values.count) inputs")
        var sizes: [Character: Int] = [:]
        for (term, value) in zip(terms, values) {
            for (label, size) in zip(term, value.shape) {
                let known = sizes[label] ?? 1
                try require(
                    known == size || known == 1 || size == 1,
                    "axes \(quoted(String(label))) of equation \(quoted(equation)) have sizes \(known) and \(size)")
                sizes[label] = max(known, size)
                if size == 0 { sizes[label] = 0 }
            }
        }
        let ellipsis = Set(terms.flatMap { $0 }.filter(\.isEllipsisAxis)).sorted()
        let all = terms.flatMap { $0 }
        let output: [Character]
        if let right = sides.right {
            output = try labels(right, rank: right.contains("...") ? right.count - 3 + ellipsis.count : right.count, equation)
        } else {
            output = ellipsis + Set(all.filter { label in !label.isEllipsisAxis && all.count { $0 == label } == 1 }).sorted()
        }
        try require(
            Set(output).count == output.count && output.allSatisfy { sizes[$0] != nil },
            "equation \(quoted(equation)) has an output that does not fit")
        try importer.checkSize(output.map { sizes[$0]! }, node.place)
        var factors: [(labels: [Character], value: Value)] = []
        for (term, value) in zip(terms, values) {
            let u = try number(value)
            factors.append(try build { g throws(GraphError) in try g.diagonal(u, term) })
        }
        let number = try build { g throws(GraphError) in
            var current = factors[0]
            for (position, factor) in factors.enumerated().dropFirst() {
                let later = Set(factors[(position + 1)...].flatMap(\.labels)).union(output)
                current = try g.contracted(current, factor, keeping: later, sizes)
            }
            let summed = current.labels.indices.filter { !output.contains(current.labels[$0]) }
            let kept = current.labels.filter { output.contains($0) }
            let total = try g.sum(current.value, over: summed)
            // Labels that appear in no operand's full size repeat.
            let order = output.map { kept.firstIndex(of: $0)! }
            return try g.broadcast(g.append(.transpose(order), [total], name: name), to: output.map { sizes[$0]! })
        }
        return [result(number, values[0].type)]
    }

    /// The labels of a term, the axes under an ellipsis as digits counted from the right.
    private func labels(_ term: String, rank: Int, _ equation: String) throws(InterchangeError) -> [Character] {
        let parts = term.components(around: "...")
        let tail = parts.right ?? ""
        try require((parts.left + tail).allSatisfy { $0.isASCII && $0.isLetter }, "equation \(quoted(equation)) is not understood")
        let hidden = rank - parts.left.count - tail.count
        try require(
            parts.right == nil ? hidden == 0 : (0...10).contains(hidden),
            "equation \(quoted(equation)) does not fit a value of \(rank) axes")
        return Array(parts.left) + (0..<hidden).map { Character(Unicode.Scalar(0x3a - UInt8(min(hidden - $0, 10)))) } + Array(tail)
    }
}

extension Character {
    /// Whether this stands for an axis under an ellipsis: the digits 0 to 9, ascending to the right.
    fileprivate var isEllipsisAxis: Bool { isASCII && isNumber }
}

extension String {
    /// What is before and after the first `separator`.
    fileprivate func components(around separator: String) -> (left: String, right: String?) {
        let (text, mark) = (Array(self), Array(separator))
        for start in text.indices where text[start...].starts(with: mark) {
            return (String(text[..<start]), String(text[(start + mark.count)...]))
        }
        return (self, nil)
    }
}

extension Graph {
    /// u with repeated labels reduced to their diagonal.
    fileprivate mutating func diagonal(_ u: Value, _ labels: [Character]) throws(GraphError) -> (labels: [Character], value: Value) {
        var (labels, value) = (labels, u)
        while let second = labels.indices.first(where: { labels[..<$0].contains(labels[$0]) }) {
            let first = labels.firstIndex(of: labels[second])!
            let shape = shape(value)
            let others = labels.indices.filter { $0 != first && $0 != second }
            let moved = try append(.transpose([first, second] + others), [value])
            let size = shape[first]
            let flat = try reshape(moved, [size * shape[second]] + others.map { shape[$0] })
            value = try append(.gather(axis: 0, indices: (0..<size).map { $0 * (shape[second] + 1) }), [flat])
            labels = [labels[first]] + others.map { labels[$0] }
        }
        return (labels, value)
    }

    /// The product of two factors, summed over the labels that nothing later needs.
    fileprivate mutating func contracted(
        _ a: (labels: [Character], value: Value), _ b: (labels: [Character], value: Value), keeping later: Set<Character>,
        _ sizes: [Character: Int]
    ) throws(GraphError) -> (labels: [Character], value: Value) {
        func spread(_ factor: (labels: [Character], value: Value)) throws(GraphError) -> Value {
            try broadcast(factor.value, to: factor.labels.map { sizes[$0]! })
        }
        let (u, v) = (try spread(a), try spread(b))
        let shared = a.labels.filter { b.labels.contains($0) }
        let (stack, inner) = (shared.filter { later.contains($0) }, shared.filter { !later.contains($0) })
        let rows = a.labels.filter { !shared.contains($0) }
        let columns = b.labels.filter { !shared.contains($0) }
        func count(_ labels: [Character]) -> Int { labels.map { sizes[$0]! }.elementCount }
        let left = try append(.transpose((stack + rows + inner).map { a.labels.firstIndex(of: $0)! }), [u])
        let right = try append(.transpose((stack + inner + columns).map { b.labels.firstIndex(of: $0)! }), [v])
        let product = try append(
            .matrixProduct(transposeLeft: false, transposeRight: false),
            [
                reshape(left, [count(stack), count(rows), count(inner)]), reshape(right, [count(stack), count(inner), count(columns)]),
            ])
        let labels = stack + rows + columns
        return (labels, try reshape(product, labels.map { sizes[$0]! }))
    }
}
