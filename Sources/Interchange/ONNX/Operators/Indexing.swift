// Gathering and scattering by indices that are known when the model is read.

import Graphs
import Tensors

extension NodeContext {
    private func index(_ i: Int, _ size: Int) throws(InterchangeError) -> Int {
        guard i >= -size, i < size else { throw malformed("index \(i) is outside an axis of size \(size)") }
        return i < 0 ? i + size : i
    }

    /// ReverseSequence, where all sequences have one length: the first entries along the time axis in reverse.
    func reverseSequence() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let (time, batch) = (try integer("time_axis", default: 0), try integer("batch_axis", default: 1))
        try require(
            a.shape.count >= 2 && Set([time, batch]) == [0, 1], "axes \(time) and \(batch) of a value of \(a.shape.count) axes")
        let lengths = try integers(1, "the lengths")
        try require(lengths.count == a.shape[batch], "\(lengths.count) lengths for \(a.shape[batch]) sequences")
        guard let length = lengths.first else { return [a] }
        guard lengths.allSatisfy({ $0 == length }) else { throw unsupported("sequences of different lengths are not supported") }
        let count = a.shape[time]
        try require(length >= 1 && length <= count, "length \(length) is outside axis \(time) of size \(count)")
        let indices = (0..<count).map { $0 < length ? length - 1 - $0 : $0 }
        return [try moved([a]) { g, u throws(GraphError) in try g.append(.gather(axis: time, indices: indices), u, name: name) }]
    }

    /// Trilu: the entries on one side of a diagonal of each matrix, zeros elsewhere.
    func triangle() throws(InterchangeError) -> [ImportedValue] {
        let a = try operand(0)
        let isUpper = try flag("upper", default: true)
        let shift = try optional(1).map { k throws(InterchangeError) in try integers(k, "the diagonal") } ?? [0]
        try require(a.shape.count >= 2, "a value of shape \(a.shape) has no matrices")
        try require(shift.count == 1, "the diagonal: one number expected, not \(shift.count)")
        let (rows, columns) = (a.shape[a.shape.count - 2], a.shape[a.shape.count - 1])
        let stack = a.shape.dropLast(2).reduce(1, *)
        // Entry rows · columns is a zero laid behind each matrix.
        let indices = (0..<rows * columns).map { place in
            let diagonal = place % columns - place / columns
            return isUpper ? diagonal >= shift[0] : diagonal <= shift[0]
        }.enumerated().map { $1 ? $0 : rows * columns }
        return [
            try moved([a]) { g, u throws(GraphError) in
                let flat = try g.reshape(u[0], [stack, rows * columns])
                let padded = try g.append(.pad(Padding(low: [0, 0], high: [0, 1])), [flat])
                return try g.reshape(g.append(.gather(axis: 1, indices: indices), [padded], name: name), a.shape)
            }
        ]
    }

    func gather() throws(InterchangeError) -> [ImportedValue] {
        let (a, positions) = (try operand(0), try operand(1))
        let axis = try axis(integer("axis", default: 0), rank: a.shape.count)
        var indices: [Int] = []
        for i in try integers(positions, "the indices") { indices.append(try index(i, a.shape[axis])) }
        let shape = a.shape[..<axis] + positions.shape + a.shape[(axis + 1)...]
        try importer.checkSize(Array(shape), node.place)
        return [
            try moved([a]) { g, u throws(GraphError) in
                try g.reshape(g.append(.gather(axis: axis, indices: indices), u, name: name), Array(shape))
            }
        ]
    }

    /// The entries of the flattened operand at `indices`, in blocks of `block`.
    func gatheredFlat(_ a: ImportedValue, _ indices: [Int], block: Int = 1, shape: Shape) throws(InterchangeError) -> ImportedValue {
        try gatheredFlat([a], indices, block: block, shape: shape)
    }

    /// The entries of the flattened operands, one after the other, at `indices`, in blocks of `block`; where each entry of the leading axes
    /// takes alike what is its own, along the axes behind it, so that samples stay apart.
    func gatheredFlat(_ operands: [ImportedValue], _ indices: [Int], block: Int = 1, shape: Shape) throws(InterchangeError) -> ImportedValue
    {
        let counts = operands.map { block == 0 ? 0 : $0.shape.elementCount / block }
        let lead = shape.first ?? 1
        let rows = operands.allSatisfy({ $0.shape.first == lead }) ? rowIndices(indices, counts, lead) : nil
        let (axis, taken) = rows.map { (1, $0) } ?? (0, indices)
        return try moved(operands) { g, u throws(GraphError) in
            var parts: [Value] = []
            for (value, count) in zip(u, counts) {
                parts.append(try g.reshape(value, rows == nil ? [count, block] : [lead, count / lead, block]))
            }
            let joined = parts.count == 1 ? parts[0] : try g.concatenate(parts, axis: axis)
            return try g.reshape(g.append(.gather(axis: axis, indices: taken), [joined], name: name), shape)
        }
    }

    /// The indices into one row of each of `counts` entries, where each of `lead` rows takes them alike from its own; else `nil`.
    private func rowIndices(_ indices: [Int], _ counts: [Int], _ lead: Int) -> [Int]? {
        let total = counts.reduce(0, +)
        guard lead > 0, !indices.isEmpty, indices.count % lead == 0, counts.allSatisfy({ $0 % lead == 0 }),
            indices.allSatisfy({ $0 < total })
        else { return nil }
        let width = indices.count / lead
        var result: [Int] = []
        for (place, index) in indices.enumerated() {
            // Which operand, which of its entries, and where the operand begins in a row.
            var (entry, start, part) = (index, 0, 0)
            while entry >= counts[part] { (entry, start, part) = (entry - counts[part], start + counts[part] / lead, part + 1) }
            let size = counts[part] / lead
            guard entry / size == place / width else { return nil }
            if place < width { result.append(start + entry % size) } else if result[place % width] != start + entry % size { return nil }
        }
        return result
    }

    func gatherElements() throws(InterchangeError) -> [ImportedValue] {
        let (a, positions) = (try operand(0), try operand(1))
        let axis = try axis(integer("axis", default: 0), rank: a.shape.count)
        let given = try integers(positions, "the indices")
        let strides = a.shape.rowMajorStrides
        try require(
            positions.shape.count == a.shape.count
                && positions.shape.indices.allSatisfy { $0 == axis || positions.shape[$0] <= a.shape[$0] },
            "indices of shape \(positions.shape) do not fit shape \(a.shape)")
        var place = [Int](repeating: 0, count: a.shape.count)
        var flat: [Int] = []
        for i in given {
            var source = place
            source[axis] = try index(i, a.shape[axis])
            flat.append(zip(source, strides).reduce(0) { $0 + $1.0 * $1.1 })
            place.advance(in: positions.shape)
        }
        return [try gatheredFlat(a, flat, shape: positions.shape)]
    }

    /// For each index tuple the number of its block, blocks running over the axes after the tuple's.
    private func blocks(_ positions: ImportedValue, of shape: Shape, batch: Int) throws(InterchangeError) -> [Int] {
        let given = try integers(positions, "the indices")
        guard let depth = positions.shape.last, depth + batch <= shape.count, positions.shape.count > batch,
            Array(positions.shape[..<batch]) == Array(shape[..<batch])
        else {
            throw malformed("indices of shape \(positions.shape) do not fit shape \(shape)")
        }
        let tuples = positions.shape.dropLast().reduce(1, *)
        let batches = shape[..<batch].reduce(1, *)
        var result: [Int] = []
        for tuple in 0..<tuples {
            var block = batches == 0 ? 0 : tuple / max(tuples / batches, 1)
            for k in 0..<depth { block = block * shape[batch + k] + (try index(given[tuple * depth + k], shape[batch + k])) }
            result.append(block)
        }
        return result
    }

    func gatherND() throws(InterchangeError) -> [ImportedValue] {
        let (a, positions) = (try operand(0), try operand(1))
        let batch = try integer("batch_dims", default: 0)
        try require(batch >= 0 && batch < max(a.shape.count, 1), "attribute 'batch_dims': \(batch)")
        let blocks = try blocks(positions, of: a.shape, batch: batch)
        let rest = Array(a.shape[(batch + (positions.shape.last ?? 0))...])
        return [try gatheredFlat(a, blocks, block: rest.elementCount, shape: positions.shape.dropLast() + rest)]
    }

    func scatterND() throws(InterchangeError) -> [ImportedValue] {
        let (a, positions, updates) = (try operand(0), try operand(1), try operand(2))
        let reduction = try string("reduction", default: "none")
        let blocks = try blocks(positions, of: a.shape, batch: 0)
        let rest = Array(a.shape[(positions.shape.last ?? 0)...])
        try require(
            updates.shape == positions.shape.dropLast() + rest,
            "updates of shape \(updates.shape) do not fit indices of shape \(positions.shape)")
        return [try scattered(a, blocks, updates, block: rest.elementCount, reduction)]
    }

    func scatterElements() throws(InterchangeError) -> [ImportedValue] {
        let (a, positions, updates) = (try operand(0), try operand(1), try operand(2))
        let axis = try axis(integer("axis", default: 0), rank: a.shape.count)
        let reduction = try string("reduction", default: "none")
        let given = try integers(positions, "the indices")
        try require(
            positions.shape == updates.shape && positions.shape.count == a.shape.count
                && positions.shape.indices.allSatisfy { $0 == axis || positions.shape[$0] <= a.shape[$0] },
            "indices of shape \(positions.shape) do not fit")
        let strides = a.shape.rowMajorStrides
        var place = [Int](repeating: 0, count: a.shape.count)
        var flat: [Int] = []
        for i in given {
            var target = place
            target[axis] = try index(i, a.shape[axis])
            flat.append(zip(target, strides).reduce(0) { $0 + $1.0 * $1.1 })
            place.advance(in: positions.shape)
        }
        return [try scattered(a, flat, updates, block: 1, reduction)]
    }

    /// Blocks of `a` replaced by updates, or combined with them.
    private func scattered(_ a: ImportedValue, _ blocks: [Int], _ updates: ImportedValue, block: Int, _ reduction: String)
        throws(InterchangeError)
        -> ImportedValue
    {
        let count = block == 0 ? 0 : a.shape.elementCount / block
        if reduction == "none" {
            var source = Array(0..<count)
            for (update, target) in blocks.enumerated() { source[target] = count + update }
            return try gatheredFlat([a, updates], source, block: block, shape: a.shape)
        }
        guard ["add", "mul", "max", "min"].contains(reduction) else {
            throw malformed("attribute 'reduction': \(quoted(reduction)) is not known")
        }
        guard a.type.isFloatingPoint else { throw unsupported("reduction \(quoted(reduction)) is supported for floating-point numbers") }
        let (u, v) = (try number(a), try number(updates))
        // Updates of one block come one after the other: round r holds the r-th of each.
        var rounds: [[(target: Int, update: Int)]] = []
        var met: [Int: Int] = [:]
        for (update, target) in blocks.enumerated() {
            let round = met[target, default: 0]
            met[target] = round + 1
            if round == rounds.count { rounds.append([]) }
            rounds[round].append((target, update))
        }
        let number = try build { g throws(GraphError) in
            var value = try g.reshape(u, [count, block])
            let new = try g.reshape(v, [blocks.count, block])
            for round in rounds {
                let (targets, updates) = (round.map(\.target), round.map(\.update))
                let old = try g.append(.gather(axis: 0, indices: targets), [value])
                let fresh = try g.append(.gather(axis: 0, indices: updates), [new])
                let combined =
                    switch reduction {
                    case "add": try g.add(old, fresh)
                    case "mul": try g.multiply(old, fresh)
                    case "max": try g.maximum([old, fresh], name: self.name)
                    default: try g.minimum([old, fresh], name: self.name)
                    }
                var source = Array(0..<count)
                for (place, target) in targets.enumerated() { source[target] = count + place }
                value = try g.append(.gather(axis: 0, indices: source), [g.concatenate([value, combined], axis: 0)])
            }
            return try g.reshape(value, a.shape)
        }
        return result(number, a.type)
    }
}
