// The plane through three samples, cut into its cells (THEORY §8): what of a partition can be seen where inputs have many numbers.

import Analysis
import Figures
import Interchange
import Partitions
import Splines
import Tensors

/// A plane through three test samples with all cells of a box round them, as long as there are not too many.
public struct SliceReading: Sendable {
    /// A slice, or why there is none.
    public enum Choice: Sendable {
        case reading(SliceReading)
        case omitted(String)
        /// Networks of two inputs have their whole plane, and a limit of 0 cells asks for none.
        case unasked
    }

    /// The slice through the first samples of three classes, where the options allow one.
    ///
    /// - Parameter unitCount: `nil` where the network is not piecewise affine.
    static func read(_ data: ReportData, _ options: ReportOptions, unitCount: Int?) throws -> Choice {
        guard options.sliceCellLimit > 0, data.model.readable.inputShape.elementCount > 2 else { return .unasked }
        guard let unitCount else { return .omitted("the network is not piecewise affine, so it has no cells") }
        guard unitCount > 0 else { return .omitted("no layer has a code, so there is one cell") }
        let remedy = "; maso partition --plane cuts it all the same"
        guard unitCount <= options.sliceUnitLimit else {
            return .omitted("\(NumberText.count(unitCount)) units are more than a report cuts a plane with\(remedy)")
        }
        let samples = ReportData.firstOfEachClass(data.test, count: 3)
        guard samples.count == 3 else { return .omitted("it is drawn through samples of three classes") }
        do {
            let slice = try SliceReading(data, PiecewiseAffineProgram(data.model.readable), samples, limit: options.sliceCellLimit)
            return .reading(slice)
        } catch is TooMany {
            return .omitted("it has more than \(NumberText.count(options.sliceCellLimit)) cells\(remedy)")
        } catch let error as PartitionError { return .omitted("\(error)") }
    }

    /// A part of a cell on which one output is largest. Cells are exact; where classes part inside a cell is found in Doubles.
    struct Part: Sendable {
        let corners: [SIMD2<Double>]
        let classIndex: Int
        let cell: Int
    }

    /// The samples, first of their classes.
    public let samples: [Int]
    /// Where they lie in the plane, whose lengths are those of the input space.
    public let places: [SIMD2<Double>]
    public let cellCounts: [Int]
    let parts: [Part]
    /// Where classes part inside cells.
    let boundary: [[SIMD2<Double>]]
    let window: Window

    /// How many times smaller than the box round the samples the window is, so that it has few enough cells; 1 for all of it.
    public let reduction: Double

    private struct TooMany: Error {
        /// The part of the window that the cells so far cover.
        let share: Double
    }

    /// - Throws: `TooMany` cells for `limit`; `PartitionError` where the samples lie on a line; whatever reading them or the graph throws.
    private init(_ data: ReportData, _ program: PiecewiseAffineProgram, _ samples: [Int], limit: Int) throws {
        precondition(samples.count == 3, "\(samples.count) samples, expected 3")
        let inputs = try data.model.inputs(of: data.test, samples)
        let points = (0..<3).map { inputs.rows($0..<$0 + 1).elements }
        let domain = try Domain.plane(through: points, margin: 0.1)
        guard case .box(let box) = domain.region, let embedding = domain.embedding else {
            preconditionFailure("a plane through points is an embedded box")
        }
        // As many cells as are wanted: where the whole box has more, the middle of it, by how far the cells came.
        var (scale, tries) = (1.0, 4)
        var found: (window: Window, polygons: [[SIMD2<Double>]], counts: [Int])?
        while found == nil {
            do { found = try SliceReading.cells(of: program, box, embedding, scale: scale, limit: limit) } catch let error as TooMany {
                tries -= 1
                if tries == 0 { throw error }
                scale *= min(0.9, (0.8 * error.share).squareRoot())
            }
        }
        let (window, polygons, counts) = found!
        (self.samples, cellCounts, self.window, reduction) = (samples, counts, window, 1 / scale)
        places = points.map { point in
            let place = embedding.coordinates(nearest: point)
            return SIMD2(place[0], place[1])
        }
        // The network at every corner once.
        var numbers: [SIMD2<Double>: Int] = [:]
        for corner in polygons.joined() where numbers[corner] == nil { numbers[corner] = numbers.count }
        let corners = numbers.sorted { $0.value < $1.value }.map(\.key)
        let reader = try OutputReader(data.model.readable, batch: 32)
        var outputs: [[Double]] = []
        for first in stride(from: 0, to: corners.count, by: 4_096) {
            let some = corners[first..<min(first + 4_096, corners.count)]
            let x = Tensor(
                shape: [some.count] + data.model.readable.inputShape, elements: some.flatMap { embedding([$0.x, $0.y]) })
            let values = try reader.read(x)
            for row in 0..<some.count { outputs.append(values.rows(row..<row + 1).elements) }
        }
        var (parts, boundary): ([Part], [[SIMD2<Double>]]) = ([], [])
        for (cell, polygon) in polygons.enumerated() {
            let values = polygon.map { outputs[numbers[$0]!] }
            let divided = OutputPolygon(corners: polygon, values: values).parts()
            parts += divided.map { Part(corners: $0.polygon.corners, classIndex: $0.classIndex, cell: cell) }
            boundary += divided.flatMap(\.ties)
        }
        (self.parts, self.boundary) = (parts, boundary)
    }

    /// The cells of the middle of a box.
    /// - Throws: `TooMany` for `limit`; `PartitionError`.
    private static func cells(
        of program: PiecewiseAffineProgram, _ box: [ClosedRange<Double>], _ embedding: Domain.Embedding, scale: Double, limit: Int
    ) throws -> (window: Window, polygons: [[SIMD2<Double>]], counts: [Int]) {
        let ranges = box.map { range -> ClosedRange<Double> in
            let (middle, half) = (range.lowerBound / 2 + range.upperBound / 2, scale * (range.upperBound - range.lowerBound) / 2)
            return scale == 1 ? range : (middle - half)...(middle + half)
        }
        let window = Window(low: SIMD2(ranges[0].lowerBound, ranges[1].lowerBound), high: SIMD2(ranges[0].upperBound, ranges[1].upperBound))
        var (polygons, area): ([[SIMD2<Double>]], Double) = ([], 0)
        let outcome = try TiledPartition(of: program, on: Domain(.box(ranges), embedding: embedding)).forEachBlock { block in
            for cell in block.cells {
                polygons.append(cell.vertices)
                area += cell.areaWithBound.area
            }
            if polygons.count > limit { throw TooMany(share: area / (window.width * window.height)) }
        }
        return (window, polygons, outcome.cellCounts)
    }

    /// The map with the three samples, and a table of them.
    /// - Throws: `PNGError` when libpng does.
    func blocks(_ data: ReportData) throws -> [Block] {
        let labels = samples.map { data.test.labels[$0] }
        let seen = Set(parts.map(\.classIndex)).sorted()
        var map = PolygonMap(
            title: "A plane through three samples", description: "\(parts.count) parts of cells in the colours of the classes.",
            window: window, cells: parts.map { .init($0.corners, fill: ClassColors.tint($0.classIndex, variant: $0.cell)) })
        (map.width, map.edgeWidth) = (720, parts.count > 4_000 ? 0.15 : 0.4)
        map.lines = [.init(boundary, paint: .fixed(PolygonMap.edge), width: 2)]
        let isShown = { (p: SIMD2<Double>) in p.x > window.low.x && p.x < window.high.x && p.y > window.low.y && p.y < window.high.y }
        map.samples = zip(places, labels).filter { isShown($0.0) }.map {
            .init(data.classNames[$1], points: [$0], color: ClassColors.color($1))
        }
        map.sampleRadius = 6
        map.keys = seen.map { .init(data.classNames[$0], paint: .fixed(ClassColors.tint($0, variant: 0))) }
        let count = cellCounts.last ?? 1
        let extent =
            reduction == 1
            ? "Shown is the box round the samples."
            : "Shown is the middle of the box round the samples, its sides \(NumberText.significant(reduction)) times shorter, so that there are few enough."
        let names = zip(samples, labels).map { "\($0) (class \(data.classNames[$1]))" }.joined(separator: ", ")
        return [
            .paragraph(
                """
                The plane through the test samples \(names), with lengths as in the input space. The network cuts what is shown of it into \
                \(strong: NumberText.count(count)) cells, exactly; on each it is one affine map. \(extent)
                """),
            .figure(
                Figure(
                    try PartitionPage.picture(map, shapeLimit: 4_000),
                    caption:
                        "Colours: the class whose output is largest. Dark line: where it changes. \(reduction == 1 ? "Large dots: the samples." : "")"
                )),
            .table(
                Table(
                    caption: "Cells of the slice after each nonlinearity", header: ["nonlinearity", "cells"],
                    rows: cellCounts.enumerated().map { ["\($0)", Prose(NumberText.count($1))] }, numericColumns: [0, 1])),
        ]
    }
}
