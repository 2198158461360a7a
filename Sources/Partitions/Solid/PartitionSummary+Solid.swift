// The answers about a partition of a box in any dimension, from its cells as they go by.

import Geometry

extension PartitionSummary {
    /// The summary of a partition in any dimension; counts, the number of maps and both volumes are exact.
    ///
    /// - Parameter progress: told how many cells have gone by.
    public init(_ partition: SolidPartition, progress: (Int) -> Void = { _ in }) {
        let program = partition.program
        var (maps, volumes, count) = (DistinctMaps(program), VolumeExtremes(dimension: program.inputCount), 0)
        let outcome = partition.forEachCell { part in
            volumes.add(part)
            count += 1
            progress(count)
        } batches: {
            maps.add($0)
        }
        let (residueCount, contest) = maps.settled()
        var second = contest
        if !contest.isEmpty { partition.forEachCell({ _ in }, batches: { second.add($0) }) }
        let range = volumes.range()
        (cellCount, cellCounts, distinctMapCount) = (count, outcome.cellCounts, residueCount + second.surplus())
        (boundaryLength, boundary, filter) = (nil, nil, nil)
        (minVolume, maxVolume, unboundedCount) = (range.lowerBound, range.upperBound, 0)
    }
}

/// The smallest and the largest volume of a stream of parts: Doubles choose the candidates, with bounds on their errors, and exact
/// arithmetic decides among them.
private struct VolumeExtremes {
    private var least: [(floor: Double, part: SolidPart)] = []
    private var most: [(ceiling: Double, part: SolidPart)] = []
    /// Bounds on the least and the largest volume.
    private var (ceiling, floor) = (Double.infinity, 0.0)
    private var fan: SimplexFan

    init(dimension: Int) { fan = SimplexFan(dimension: dimension) }

    mutating func add(_ part: SolidPart) {
        let (volume, bound) = fan.volume(of: part)
        if volume - bound <= ceiling {
            if volume + bound < ceiling {
                ceiling = volume + bound
                least.removeAll { $0.floor > ceiling }
            }
            least.append((volume - bound, part))
        }
        if volume + bound >= floor {
            if volume - bound > floor {
                floor = volume - bound
                most.removeAll { $0.ceiling < floor }
            }
            most.append((volume + bound, part))
        }
        // Equal cells, as symmetric networks have, are settled now and then.
        if least.count > 64 { settleLeast() }
        if most.count > 64 { settleMost() }
    }

    /// - Returns: the least volume, rounded once.
    @discardableResult private mutating func settleLeast() -> Double {
        guard let best = least.map({ ($0.part, $0.part.polytope.volume) }).min(by: { $0.1 < $1.1 }) else { return 0 }
        let value = best.1.doubleValue
        (least, ceiling) = ([(value.nextDown, best.0)], value.nextUp)
        return value
    }

    /// - Returns: the largest volume, rounded once.
    @discardableResult private mutating func settleMost() -> Double {
        guard let best = most.map({ ($0.part, $0.part.polytope.volume) }).max(by: { $0.1 < $1.1 }) else { return 0 }
        let value = best.1.doubleValue
        (most, floor) = ([(value.nextUp, best.0)], value.nextDown)
        return value
    }

    /// Both, rounded once.
    mutating func range() -> ClosedRange<Double> { settleLeast()...settleMost() }
}

extension SolidPartition {
    /// Calls `body` with every cell, and `batches` with the codes of some at a time: a program need not be run twice on what they share.
    @discardableResult
    fileprivate func forEachCell(_ body: (SolidPart) -> Void, batches: (CodeBatch) -> Void) -> Outcome {
        var (rows, count) = ([UInt16](), 0)
        let outcome = forEachCell { cell in
            body(cell.part)
            rows += cell.codes.joined().map { UInt16($0) }
            count += 1
            if count == CodeBatch.cellCount {
                batches(CodeBatch(rows: rows, count: count))
                (rows, count) = ([], 0)
            }
        }
        if count > 0 { batches(CodeBatch(rows: rows, count: count)) }
        return outcome
    }
}
