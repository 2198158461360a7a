// The graph of one output over the plane: the same cells and colours as the map's, lifted.

public import Figures
import Partitions

extension PartitionMap {
    /// The graph of output `output` over the domain, its facets in the colours of the map.
    /// - Precondition: the output exists.
    public func surface(ofOutput output: Int, title: String) -> SurfacePlot {
        precondition((0..<partition.program.outputCount).contains(output), "output \(output) of \(partition.program.outputCount)")
        let flat = map(title: title)
        let maps = partition.cells.map(\.map)
        // Parts of cells where colours are classes, whole cells otherwise.
        let isDivided = coloring == .class
        let cells = isDivided ? boundary.parts.map(\.cell) : Array(maps.indices)
        let facets = zip(flat.cells, cells).map { polygon, cell in
            let (slope, offset) = (maps[cell].slopes[output], maps[cell].offsets[output])
            return SurfacePlot.Facet(
                polygon.polygon.map { SIMD3($0.x, $0.y, slope[0] * $0.x + slope[1] * $0.y + offset) }, fill: polygon.fill)
        }
        let sides =
            isDivided
            ? boundary.sides.map { SurfacePlot.Side(left: $0.left, right: $0.right, direction: $0.end - $0.start) }
            : partition.edges.compactMap { edge in
                guard let left = edge.left, let right = edge.right else { return nil }
                return SurfacePlot.Side(left: left, right: right, direction: edge.end - edge.start)
            }
        let name = partition.program.outputCount == 1 ? "the output" : "the output of \(classNames[output])"
        var surface = SurfacePlot(
            title: title,
            description:
                "The graph of \(name) over the plane, a facet for each cell; colours: \(coloring.meaning(isSign: partition.program.outputCount == 1)).",
            window: flat.window,
            facets: facets, sides: sides)
        surface.keys = flat.keys.filter { $0.shape == .area }
        surface.scale = flat.scale
        return surface
    }
}
