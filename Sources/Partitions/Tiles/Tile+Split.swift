// Dividing a tile in two by position, and folding away the columns that do nothing new on a half.

extension Tile {
    /// Two tiles of about half the cells each, divided across the longer side.
    func split() -> (Tile, Tile) {
        var (low, high) = (SIMD2<Double>(repeating: .infinity), SIMD2<Double>(repeating: -.infinity))
        var centres: [SIMD2<Double>] = []
        centres.reserveCapacity(mesh.cellCount)
        for cell in 0..<mesh.cellCount {
            let start = Int(mesh.first[cell])
            var (sum, count, h) = (SIMD2<Double>(0, 0), 0.0, start)
            repeat {
                let row = mesh.rows.start + Int(mesh.halfEdges[h].origin) * mesh.stride
                sum += SIMD2(row[1], row[2])
                count += 1
                h = Int(mesh.halfEdges[h].next)
            } while h != start
            let centre = sum / count
            centres.append(centre)
            low = pointwiseMin(low, centre)
            high = pointwiseMax(high, centre)
        }
        let axis = high.x - low.x >= high.y - low.y ? 0 : 1
        let positions = centres.map { $0[axis] }
        let median = positions.sorted()[positions.count / 2]
        var isUpper = positions.map { $0 >= median }
        if !isUpper.contains(false) { for i in 0..<isUpper.count / 2 { isUpper[i] = false } }
        return (part(isUpper, false), part(isUpper, true))
    }

    /// The tile of the cells whose flag is `chosen`.
    private func part(_ flags: [Bool], _ chosen: Bool) -> Tile {
        let tile = Tile(valueCount: values.count)
        (tile.columnCount, tile.size, tile.base, tile.slope, tile.hinges) = (columnCount, size, base, slope, hinges)
        tile.grain = grain
        (tile.values, tile.step, tile.sides) = (values, step, sides)
        let width = columnWidth
        tile.mesh.stride = width
        var vertexNumber = [Int32](repeating: -1, count: mesh.vertexCount)
        var halfNumber = [Int32](repeating: -1, count: mesh.halfEdges.count)
        var halves: [Int32] = []
        for cell in 0..<mesh.cellCount where flags[cell] == chosen {
            let start = mesh.first[cell]
            tile.mesh.first.append(Int32(halves.count))
            var h = start
            repeat {
                halfNumber[Int(h)] = Int32(halves.count)
                halves.append(h)
                h = mesh.halfEdges[Int(h)].next
            } while h != start
        }
        for (cell, first) in (0..<tile.mesh.cellCount).map({ ($0, Int(tile.mesh.first[$0])) }) {
            let last = cell + 1 < tile.mesh.cellCount ? Int(tile.mesh.first[cell + 1]) : halves.count
            for i in first..<last {
                let old = mesh.halfEdges[Int(halves[i])]
                var vertex = vertexNumber[Int(old.origin)]
                if vertex < 0 {
                    vertex = Int32(tile.mesh.vertexCount)
                    vertexNumber[Int(old.origin)] = vertex
                    tile.mesh.rows.resize(to: (Int(vertex) + 1) * width)
                    let (from, to) = (mesh.rows.start + Int(old.origin) * mesh.stride, tile.mesh.rows.start + Int(vertex) * width)
                    for j in 0..<width { to[j] = from[j] }
                    let v = Int(old.origin)
                    tile.mesh.appendVertex(displacement: mesh.displacement[v], offset: mesh.offset[v], generation: mesh.generation[v])
                }
                let twin = old.twin < 0 ? -1 : halfNumber[Int(old.twin)]
                tile.mesh.halfEdges.append(
                    .init(origin: vertex, next: Int32(i + 1 < last ? i + 1 : first), twin: twin, cell: Int32(cell)))
            }
        }
        tile.fold()
        return tile
    }

    /// Folds the hinges that are 0, or their argument, on every cell into the matrices, and drops their columns.
    func fold() {
        var (kept, folded) = ([0, 1, 2], [(column: Int, active: Bool)]())
        let (dead, active) = columnStates()
        for column in 3..<max(3, columnCount) {
            if dead[column] {
                folded.append((column, false))
            } else if active[column] {
                folded.append((column, true))
            } else {
                kept.append(column)
            }
        }
        guard !folded.isEmpty else { return }
        // Last first: a hinge's argument knows the columns before it only.
        for (column, isActive) in folded.reversed() {
            let hinge = hinges[column]
            for later in column + 1..<max(column + 1, columnCount) where column < hinges[later].row.count {
                let factor = hinges[later].row[column]
                guard factor != 0 else { continue }
                hinges[later].row[column] = 0
                if isActive {
                    for j in 0..<hinge.row.count { hinges[later].row[j] += factor * hinge.row[j] }
                    hinges[later].eta += foldError(factor, hinge)
                }
            }
            for value in values.indices {
                guard values[value] != nil else { continue }
                substitute(column, isActive ? hinge : nil, in: &values[value]!)
            }
        }
        var number = [Int](repeating: -1, count: columnCount)
        for (new, old) in kept.enumerated() { number[old] = new }
        let width = Tile.padded(kept.count)
        for value in values.indices where values[value] != nil { values[value]!.keep(kept, number, width: width) }
        for v in 0..<mesh.vertexCount {
            let (from, to) = (mesh.rows.start + v * mesh.stride, mesh.rows.start + v * width)
            for (new, old) in kept.enumerated() { to[new] = from[old] }
            for j in kept.count..<max(kept.count, width) { to[j] = 0 }
        }
        mesh.rows.resize(to: mesh.vertexCount * width)
        mesh.stride = width
        hinges = kept.map { old in
            Hinge(row: kept.prefix { $0 < hinges[old].row.count }.map { hinges[old].row[$0] }, eta: hinges[old].eta)
        }
        (size, base, slope) = (kept.map { size[$0] }, kept.map { base[$0] }, kept.map { slope[$0] })
        for i in sides.indices {
            guard case .hinge(let column) = sides[i] else { continue }
            sides[i] = number[column] >= 0 ? .hinge(number[column]) : dead[column] ? .below : .above
        }
        columnCount = kept.count
    }

    /// Which columns are 0 at every vertex, and which are positive somewhere on every cell.
    private func columnStates() -> (dead: [Bool], active: [Bool]) {
        var (dead, active) = ([Bool](repeating: true, count: columnCount), [Bool](repeating: true, count: columnCount))
        var most = [Double](repeating: 0, count: columnCount)
        for cell in 0..<mesh.cellCount {
            for j in 3..<max(3, columnCount) { most[j] = 0 }
            let start = Int(mesh.first[cell])
            var h = start
            repeat {
                let row = mesh.rows.start + Int(mesh.halfEdges[h].origin) * mesh.stride
                for j in 3..<max(3, columnCount) { most[j] = max(most[j], row[j]) }
                h = Int(mesh.halfEdges[h].next)
            } while h != start
            for j in 3..<max(3, columnCount) { if most[j] > 0 { dead[j] = false } else { active[j] = false } }
        }
        return (dead, active)
    }

    /// What replacing a hinge of weight `factor` by its argument adds to a row's error.
    private func foldError(_ factor: Double, _ hinge: Hinge) -> Double {
        var magnitude = 0.0
        for j in 0..<hinge.row.count { magnitude += abs(hinge.row[j]) * size[j] }
        return abs(factor) * (hinge.eta + 0x1p-51 * magnitude) * (1 + 0x1p-40)
    }

    /// Replaces a column by its argument, or by 0.
    private func substitute(_ column: Int, _ hinge: Hinge?, in matrix: inout ColumnMatrix) {
        var remaining: [ColumnMatrix.HingeTerm] = []
        var dense: [Int32] = []
        for term in matrix.hinges {
            if term.column != column {
                remaining.append(term)
            } else if hinge != nil {
                // The row becomes dense; its own weight at the column is the hinge's.
                matrix.data[term.row * matrix.width + column] += term.coefficient
                dense.append(Int32(term.row))
            }
        }
        matrix.hinges = remaining
        if !dense.isEmpty { matrix.denseRows = Array(Set(matrix.denseRows).union(dense)).sorted() }
        for row in matrix.denseRows {
            let at = Int(row) * matrix.width
            let factor = matrix.data[at + column]
            guard factor != 0 else { continue }
            matrix.data[at + column] = 0
            guard let hinge else { continue }
            for j in 0..<hinge.row.count { matrix.data[at + j] += factor * hinge.row[j] }
            matrix.eta[Int(row)] += foldError(factor, hinge)
        }
    }
}

extension ColumnMatrix {
    /// Keeps some columns; `number` is each one's new place.
    mutating func keep(_ kept: [Int], _ number: [Int], width newWidth: Int) {
        var narrower = ColumnMatrix(rowCount: rowCount, width: newWidth)
        for row in denseRows {
            for (new, old) in kept.enumerated() { narrower.data[Int(row) * newWidth + new] = data[Int(row) * width + old] }
        }
        (narrower.eta, narrower.denseRows) = (eta, denseRows)
        narrower.hinges = hinges.map { HingeTerm(row: $0.row, column: number[$0.column], coefficient: $0.coefficient) }
        self = narrower
    }
}
