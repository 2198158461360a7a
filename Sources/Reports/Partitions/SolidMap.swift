// A partition of a box in three dimensions as a picture.

public import Figures
import Geometry
public import Partitions

/// The cells of a box in three dimensions, seen from one of its corners; cells with their middle in the eighth of the box at that corner are
/// left out, so that others inside are seen too.
public struct SolidMap: Sendable {
    /// The parts into which cells and classes divide the box.
    private let parts: SolidPartition
    private let box: [ClosedRange<Double>]
    private let classNames: [String]
    private let coloring: PartitionMap.Coloring
    private let isSign: Bool

    /// - Precondition: the box has three ranges, and colours are those of classes, codes or activity.
    /// - Throws: `PartitionError` where the box does not fit the program.
    public init(
        of program: PiecewiseAffineProgram, on box: [ClosedRange<Double>], embedding: Domain.Embedding?, coloring: PartitionMap.Coloring,
        classNames: [String]
    ) throws(PartitionError) {
        precondition(box.count == 3 && coloring != .slope, "a view of \(box.count) dimensions by \(coloring)")
        parts = try SolidPartition(of: program.withClass(), on: Domain(.box(box), embedding: embedding))
        (self.box, self.coloring, isSign) = (box, coloring, program.outputCount == 1)
        self.classNames = PartitionMap.names(of: Array(0..<max(program.outputCount, 2)), classNames, isSign: isSign)
    }

    /// The view.
    public func plot(title: String, cellCount: Int) -> SolidPlot {
        let low = SIMD3(box[0].lowerBound, box[1].lowerBound, box[2].lowerBound)
        let high = SIMD3(box[0].upperBound, box[1].upperBound, box[2].upperBound)
        let viewer = SolidPlot.viewer(low: low, high: high)
        let isCube = (high - low).min() == (high - low).max()
        var cells: [(faces: [[SIMD3<Double>]], classIndex: Int, activity: Int)] = []
        parts.forEachCell(from: [viewer.x, viewer.y, viewer.z]) { part in
            let vertices = part.polytope.vertices
            let sum = vertices.reduce(SIMD3<Double>.zero) { $0 + SIMD3($1.position[0], $1.position[1], $1.position[2]) }
            let center = (sum / Double(vertices.count) - low) / (high - low)
            if center.x > 0.5, center.y > 0.5, center.z > 0.5 { return }
            cells.append(
                (part.polytope.faces, part.codes.last?[0] ?? 0, part.codes.dropLast().reduce(0) { $0 + $1.count { $0 > 0 } }))
        }
        let most = Double(cells.map(\.activity).max() ?? 0)
        let mapping = ColorMapping(scale: .paleBlues, low: Double(cells.map(\.activity).min() ?? 0), high: most)
        let faces = cells.enumerated().flatMap { number, cell in
            let fill =
                switch coloring {
                case .class: ClassColors.tint(cell.classIndex, variant: number % 8)
                case .code, .slope: PartitionMap.codeColor(number % 8)
                case .activity: mapping.color(Double(cell.activity))
                }
            return cell.faces.map { SolidPlot.Face($0, fill: fill) }
        }
        var plot = SolidPlot(
            title: title,
            description:
                "\(NumberText.count(cellCount)) cells of a box; those with their middle in the eighth nearest to the reader are left out. Colours: \(coloring.meaning(isSign: isSign)).\(isCube ? "" : " The axes have different scales.")",
            low: low, high: high, faces: faces)
        if coloring == .activity { plot.scale = PolygonMap.Scale(PartitionMap.activityName, mapping) }
        if coloring == .class {
            plot.keys = classNames.enumerated().map { PolygonMap.Key($1, paint: .fixed(ClassColors.tint($0, variant: 0))) }
        }
        return plot
    }
}
