// What the cells of a batch have in common is gone through once: every unit becomes a combination of the few whose codes vary, and each cell
// then costs a small product.

import CKernels

/// A program over a residue field on the cells of a batch, reduced to the units that vary there. Nothing is rounded.
struct BatchResidues {
    /// The varying units of one step.
    private struct Layer {
        var function: Function
        /// What they read, over 1 and the labels so far: the weights of one label after the other, each `stride` numbers.
        let constants: [UInt32]
        let weights: [UInt32]
        let stride: Int
        /// The label of the first unit.
        let firstLabel: Int
        let labelCount: Int
    }

    private enum Function {
        /// For each unit its place in the batch, and where its pieces begin in `slopes` and `offsets`.
        case pieces([(place: Int, start: Int)], slopes: [UInt32], offsets: [UInt32])
        /// For each group its place in the batch, the row of its first member and the codes of the members.
        case maximum([(place: Int, row: Int, codes: [Int])])
        case outputs
    }

    private let field: ResidueField
    private let batch: CodeBatch
    private var layers: [Layer] = []
    private var labelCount = 0

    /// A value of the program: for each unit a constant, and eight labels at a time what units have of these.
    private struct Value {
        var constants: [UInt32]
        var chunks: [Chunk] = []
    }

    private struct Chunk {
        var units: [Int32] = []
        var numbers: [UInt32] = []
    }

    /// - Parameter codeStarts: where each nonlinearity's codes begin.
    init(_ program: ResidueProgram, _ batch: CodeBatch, codeStarts: [Int]) {
        (field, self.batch) = (program.field, batch)
        var places = [Int32](repeating: -1, count: batch.base.count)
        for (place, unit) in batch.units.enumerated() { places[unit] = Int32(truncatingIfNeeded: place) }
        var values = [Value(constants: program.point)]
        var scratch = Scratch()
        for step in program.steps {
            switch step {
            case .affine(let terms, let offset): values.append(affine(terms, offset, values, &scratch))
            case .pieces(let source, let starts, let slopes, let offsets, let layer):
                let place = { Int(places[codeStarts[layer] + $0]) }
                let varying = (0..<starts.count - 1).filter { place($0) >= 0 }
                var result = values[source]
                var factors = [UInt32](repeating: 0, count: starts.count - 1)
                for unit in factors.indices where place(unit) < 0 {
                    let piece = starts[unit] + Int(batch.base[codeStarts[layer] + unit])
                    factors[unit] = slopes[piece]
                    let product = slopes[piece] == 1 ? result.constants[unit] : field.multiply(slopes[piece], result.constants[unit])
                    result.constants[unit] = field.add(product, offsets[piece])
                }
                for chunk in result.chunks.indices { scale(&result.chunks[chunk], factors) }
                let function = Function.pieces(varying.map { (place($0), starts[$0]) }, slopes: slopes, offsets: offsets)
                close(varying, reading: varying, of: values[source], function, &result)
                values.append(result)
            case .maximum(let source, let groups, let layer):
                let place = { Int(places[codeStarts[layer] + $0]) }
                let from = values[source]
                var result = Value(constants: [UInt32](repeating: 0, count: groups.count))
                // Where the winner's numbers are.
                var winners = [Int32](repeating: -1, count: groups.count)
                var (varying, members, contests) = ([Int](), [Int](), [(place: Int, row: Int, codes: [Int])]())
                for (unit, group) in groups.enumerated() {
                    if place(unit) >= 0 {
                        varying.append(unit)
                        contests.append((place(unit), members.count, group.codes))
                        members += group.members
                    } else {
                        let winner = group.members[group.codes.firstIndex(of: Int(batch.base[codeStarts[layer] + unit]))!]
                        winners[unit] = Int32(truncatingIfNeeded: winner)
                        result.constants[unit] = from.constants[winner]
                    }
                }
                result.chunks = from.chunks.map { gathered($0, winners, from.constants.count) }
                close(varying, reading: members, of: from, .maximum(contests), &result)
                values.append(result)
            }
        }
        let outputs = values[values.count - 1]
        append(.outputs, reading: Array(outputs.constants.indices), of: outputs, count: 0)
    }

    private struct Scratch {
        var sums: [UInt64] = []
        var units: [Int32] = []
        var numbers: [UInt32] = []

        mutating func reserve(_ count: Int) {
            guard units.count <= count else { return }
            sums = [UInt64](repeating: 0, count: 8 * (count + 1))
            units = [Int32](repeating: 0, count: count + 1)
            numbers = [UInt32](repeating: 0, count: 8 * (count + 1))
        }
    }

    private func affine(_ terms: [ResidueProgram.Term], _ offset: [UInt32], _ values: [Value], _ scratch: inout Scratch) -> Value {
        var result = Value(constants: offset)
        for term in terms { term.add(values[term.source].constants, to: &result.constants, field) }
        scratch.reserve(offset.count)
        for chunk in 0..<labelCount / 8 {
            var isEmpty = true
            for term in terms {
                guard chunk < values[term.source].chunks.count else { continue }
                let part = values[term.source].chunks[chunk]
                if part.units.isEmpty { continue }
                term.spread(part.units, part.numbers, to: &scratch.sums, field)
                isEmpty = false
            }
            if isEmpty {
                result.chunks.append(Chunk())
                continue
            }
            let found = maso_partition_collect_residues(
                &scratch.sums, offset.count, field.bits, field.gap, &scratch.units, &scratch.numbers)
            result.chunks.append(Chunk(units: Array(scratch.units[..<found]), numbers: Array(scratch.numbers[..<(8 * found)])))
        }
        return result
    }

    private func scale(_ chunk: inout Chunk, _ factors: [UInt32]) {
        var result = Chunk()
        for (n, unit) in chunk.units.enumerated() {
            let factor = factors[Int(unit)]
            if factor == 0 { continue }
            result.units.append(unit)
            for lane in 8 * n..<8 * n + 8 {
                result.numbers.append(factor == 1 ? chunk.numbers[lane] : field.multiply(factor, chunk.numbers[lane]))
            }
        }
        chunk = result
    }

    /// The numbers of each group's winner.
    private func gathered(_ chunk: Chunk, _ winners: [Int32], _ count: Int) -> Chunk {
        var result = Chunk()
        if chunk.units.isEmpty { return result }
        var place = [Int32](repeating: -1, count: count)
        for (n, unit) in chunk.units.enumerated() { place[Int(unit)] = Int32(truncatingIfNeeded: n) }
        for (unit, winner) in winners.enumerated() where winner >= 0 && place[Int(winner)] >= 0 {
            let n = Int(place[Int(winner)])
            result.units.append(Int32(truncatingIfNeeded: unit))
            result.numbers += chunk.numbers[8 * n..<8 * n + 8]
        }
        return result
    }

    /// Gives the varying units labels, in place of what they were.
    private mutating func close(_ varying: [Int], reading units: [Int], of source: Value, _ function: Function, _ result: inout Value) {
        if varying.isEmpty { return }
        for unit in varying { result.constants[unit] = 0 }
        while result.chunks.count < labelCount / 8 { result.chunks.append(Chunk()) }
        append(function, reading: units, of: source, count: varying.count)
        for start in stride(from: 0, to: varying.count, by: 8) {
            let part = varying[start..<min(start + 8, varying.count)]
            result.chunks.append(
                Chunk(
                    units: part.map { Int32(truncatingIfNeeded: $0) },
                    numbers: part.indices.flatMap { i in (0..<8).map { $0 == i - start ? 1 : 0 } }))
        }
    }

    /// A layer of `count` labels that reads some units of a value.
    private mutating func append(_ function: Function, reading units: [Int], of source: Value, count: Int) {
        let stride = padded(units.count)
        var weights = [UInt32](repeating: 0, count: labelCount * stride)
        // A unit may be read in several rows.
        var rows = [Int32](repeating: -1, count: source.constants.count)
        var next = [Int32](repeating: -1, count: units.count)
        for (row, unit) in units.enumerated() { (next[row], rows[unit]) = (rows[unit], Int32(truncatingIfNeeded: row)) }
        for (chunk, part) in source.chunks.enumerated() {
            for (n, unit) in part.units.enumerated() {
                var row = rows[Int(unit)]
                while row >= 0 {
                    for lane in 0..<8 { weights[(8 * chunk + lane) * stride + Int(row)] = part.numbers[8 * n + lane] }
                    row = next[Int(row)]
                }
            }
        }
        layers.append(
            Layer(
                function: function, constants: units.map { source.constants[$0] }, weights: weights, stride: stride,
                firstLabel: labelCount, labelCount: labelCount))
        labelCount += padded(count)
    }

    /// The outputs on every cell, cell by cell.
    func outputs() -> [UInt32] {
        var results: [UInt32] = []
        var labels = [UInt32](repeating: 0, count: labelCount + 1)
        var which = [Int32](repeating: 0, count: labelCount + 1)
        let widest = layers.reduce(8) { max($0, $1.stride) }
        var (products, rows) = ([UInt64](repeating: 0, count: widest), [UInt32](repeating: 0, count: widest))
        for cell in 0..<batch.count {
            let first = cell * batch.units.count
            for layer in layers {
                var active = 0
                for label in 0..<layer.labelCount where labels[label] != 0 {
                    which[active] = Int32(truncatingIfNeeded: label)
                    active += 1
                }
                maso_partition_residues(&products, layer.weights, layer.stride, labels, which, active, field.bits, field.gap)
                for r in layer.constants.indices { rows[r] = field.reduce(UInt64(layer.constants[r]) &+ products[r]) }
                switch layer.function {
                case .pieces(let units, let slopes, let offsets):
                    for (i, unit) in units.enumerated() {
                        let piece = unit.start + Int(batch.codes[first + unit.place])
                        labels[layer.firstLabel + i] = field.add(field.multiply(slopes[piece], rows[i]), offsets[piece])
                    }
                case .maximum(let groups):
                    for (i, group) in groups.enumerated() {
                        let winner = group.codes.firstIndex(of: Int(batch.codes[first + group.place]))!
                        labels[layer.firstLabel + i] = rows[group.row + winner]
                    }
                case .outputs: results += rows[..<layer.constants.count]
                }
            }
        }
        return results
    }
}
