// The steps of a program at all vertices at once, with the errors they add.

extension VertexTable {
    /// An affine step: Σ matrix · source + offset.
    ///
    /// The bound of a sum of n products is Σ|w|·bound + (n + 2)·2⁻⁵³·(Σ|w||z| + |offset|), in any order of summation
    /// (Higham 2002, §3.1); here the second part is carried inside the sum, source by source.
    static func affine(_ terms: [(matrix: SparseMatrix, source: VertexTable)], offset: [Double], count: Int, capacity: Int) -> VertexTable {
        var result = VertexTable(unitCount: offset.count, capacity: capacity)
        var lengths = [Int](repeating: 0, count: offset.count)
        for term in terms { for r in lengths.indices { lengths[r] += term.matrix.rowStarts[r + 1] - term.matrix.rowStarts[r] } }
        let longest = lengths.max() ?? 0
        let relative = Double(longest + 4) * roundoff
        for term in terms {
            result.accumulate(term.matrix, term.source, term.source.reach(relative, count: count), count: count)
        }
        for unit in 0..<result.unitCount {
            let (row, shift) = (unit * capacity, offset[unit])
            let reach = relative * abs(shift)
            result.values.withUnsafeMutableBufferPointer { values in for v in row..<row + count { values[v] += shift } }
            // The bounds are sums themselves, rounded: enlarged by what their own summation may have lost.
            result.bounds.withUnsafeMutableBufferPointer { bounds in
                for v in row..<row + count { bounds[v] = bounds[v] == 0 ? 0 : (bounds[v] + reach) * (1 + 0x1p-30) }
            }
        }
        return result
    }

    /// bound + relative · |value|: what each value adds to the error of a sum. A value so small that products with it may underflow
    /// counts as inexact.
    private func reach(_ relative: Double, count: Int) -> [Double] {
        var reach = bounds
        values.withUnsafeBufferPointer { values in
            reach.withUnsafeMutableBufferPointer { reach in
                for unit in 0..<unitCount {
                    for v in unit * stride..<unit * stride + count {
                        let magnitude = abs(values[v])
                        reach[v] += relative * magnitude + (magnitude != 0 && magnitude < 0x1p-500 ? 0x1p-500 : 0)
                    }
                }
            }
        }
        return reach
    }

    /// values += matrix · source, bounds += |matrix| · reach, in blocks of vertices that stay in cache.
    private mutating func accumulate(_ matrix: SparseMatrix, _ source: VertexTable, _ reach: [Double], count: Int) {
        let (block, sourceStride) = (512, source.stride)
        let source = source.values
        values.withUnsafeMutableBufferPointer { values in
            bounds.withUnsafeMutableBufferPointer { bounds in
                source.withUnsafeBufferPointer { source in
                    reach.withUnsafeBufferPointer { reach in
                        for start in Swift.stride(from: 0, to: count, by: block) {
                            let length = min(block, count - start)
                            for r in 0..<matrix.rowCount {
                                let out = values.baseAddress! + (r * stride + start)
                                let outReach = bounds.baseAddress! + (r * stride + start)
                                for entry in matrix.rowStarts[r]..<matrix.rowStarts[r + 1] {
                                    let weight = matrix.values[entry]
                                    let magnitude = abs(weight)
                                    let position = Int(matrix.columns[entry]) * sourceStride + start
                                    let (from, fromReach) = (source.baseAddress! + position, reach.baseAddress! + position)
                                    for v in 0..<length {
                                        out[v] += weight * from[v]
                                        outReach[v] += magnitude * fromReach[v]
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Elementwise pieces. Where the bound leaves several pieces possible, the steepest of them carries the error: the function is continuous.
    func applying(_ pieces: [PiecewiseFunction], count: Int) -> VertexTable {
        var result = VertexTable(unitCount: unitCount, capacity: stride)
        for unit in 0..<unitCount {
            let function = pieces[unit]
            if function == .relu {
                result.rectify(unit, from: self, count: count)
                continue
            }
            for v in 0..<count {
                let (u, bound) = (value(unit, at: v), bound(unit, at: v))
                let (first, last) = (function.code(at: u - bound), function.code(at: u + bound))
                let value = function(u)
                let steepest = function.slopes[first...last].lazy.map { abs($0) }.max() ?? 0
                let code = function.code(at: u)
                let trivial = (abs(function.slopes[code]) == 1 || function.slopes[code] == 0) && function.offsets[code] == 0
                let exact = bound == 0 && (trivial || function.slopes[code] == 0)
                let rounding = 2 * VertexTable.roundoff * (abs(function.slopes[code] * u) + abs(value))
                result.set(
                    unit, at: v, value, bound: exact ? 0 : (steepest * bound + (trivial ? 0 : rounding)) * (1 + 0x1p-40) + VertexTable.tiny)
            }
        }
        return result
    }

    private mutating func rectify(_ unit: Int, from source: VertexTable, count: Int) {
        let row = unit * stride
        values.withUnsafeMutableBufferPointer { values in
            bounds.withUnsafeMutableBufferPointer { bounds in
                source.values.withUnsafeBufferPointer { u in
                    source.bounds.withUnsafeBufferPointer { reach in
                        for v in row..<row + count {
                            values[v] = max(u[v], 0)
                            bounds[v] = u[v] < -reach[v] ? 0 : reach[v]
                        }
                    }
                }
            }
        }
    }

    /// The maximum of each group; its bound is the largest among the members that may be the maximum.
    func maxima(of groups: [PiecewiseAffineProgram.Group], count: Int) -> VertexTable {
        var result = VertexTable(unitCount: groups.count, capacity: stride)
        for (unit, group) in groups.enumerated() {
            for v in 0..<count {
                let (value, bound) = maximum(of: group.members, at: v)
                result.set(unit, at: v, value, bound: bound)
            }
        }
        return result
    }

    /// The largest of some units at a vertex.
    func maximum(of members: some Sequence<Int>, at vertex: Int) -> (value: Double, bound: Double) {
        var (value, floor) = (-Double.infinity, -Double.infinity)
        for member in members {
            let (z, bound) = (values[member * stride + vertex], bounds[member * stride + vertex])
            value = max(value, z)
            floor = max(floor, z - bound)
        }
        var widest = 0.0
        for member in members {
            let (z, bound) = (values[member * stride + vertex], bounds[member * stride + vertex])
            if z + bound >= floor { widest = max(widest, bound) }
        }
        return (value, widest)
    }
}
