// The plane as the layers cut it, in the three ways of the slides: layer 1, layer 2 seen in the input space, both.

import Figures
import Interchange
import Partitions
import Tensors

struct PartitionPictures {
    let moment: ToyRun.Moment
    let samples: [PolygonMap.Samples]

    private static let window = Window(low: SIMD2(-1, -1), high: SIMD2(1, 1))

    init(_ moment: ToyRun.Moment, data: DataSet) {
        self.moment = moment
        let points: Tensor<Double> = data.samples.converted()
        // Points of each class in order; a part of them shows where the class lies without hiding the cells.
        samples = (0..<data.classCount).map { c in
            let members = data.labels.indices.filter { data.labels[$0] == c }.prefix(40)
            return PolygonMap.Samples(
                "class \(ToyRun.classNames[c])", points: members.map { SIMD2(points[$0, 0], points[$0, 1]) }, color: ClassColors.color(c))
        }
    }

    /// The cells of layer 1, darker where more units are on their second piece.
    func first() -> PolygonMap {
        let active = moment.first.cells.map { cell in
            let code = cell.code(atLayer: 0)
            return (cell.vertices, Double(code.count { $0 > 0 }))
        }
        let counts = active.map(\.1)
        let mapping = ColorMapping(scale: .blues, low: counts.min() ?? 0, high: 1.6 * (counts.max() ?? 1))
        let cells = active.map { PolygonMap.Cell($0.0, fill: mapping.color($0.1)) }
        return map("Layer 1", "\(cells.count) convex cells, cut by the lines of 45 units.", cells)
    }

    /// The regions of layer 2 alone: one colour a code; unions of cells.
    func second() -> PolygonMap {
        let partition = moment.whole
        let regions = partition.cells.map { $0.code(atLayer: 1).reduce(0) { 2 * $0 + $1 } }
        let cells = zip(partition.cells, regions).map { PolygonMap.Cell($0.vertices, fill: PartitionPictures.fill(code: $1)) }
        let borders = partition.edges.filter { edge in
            guard let left = edge.left, let right = edge.right else { return false }
            return regions[left] != regions[right]
        }
        var map = map(
            "Layer 2", "\(Set(regions).count) codes of 3 units, each a union of cells in the input space.", cells)
        map.edgeWidth = 0
        map.lines = [PolygonMap.Lines(borders.map { [$0.start, $0.end] }, paint: .fixed(PolygonMap.edge), width: 1)]
        return map
    }

    /// All cells, with the colour of the class that wins, the decision boundary and samples.
    func both() -> PolygonMap {
        let cells = moment.boundary.parts.map { PolygonMap.Cell($0.vertices, fill: ClassColors.tint($0.classIndex, variant: $0.cell)) }
        var map = map("Both layers", "\(moment.whole.cellCount) cells with class colours and the decision boundary.", cells)
        map.lines = [boundary]
        map.samples = samples
        return map
    }

    var boundary: PolygonMap.Lines {
        PolygonMap.Lines(moment.boundary.segments.map { [$0.start, $0.end] }, paint: .fixed(PolygonMap.edge), width: 2)
    }

    func map(_ title: String, _ description: String, _ cells: [PolygonMap.Cell]) -> PolygonMap {
        var map = PolygonMap(
            title: "\(title), epoch \(moment.epoch)", description: description, window: PartitionPictures.window, cells: cells)
        (map.columns, map.width, map.showsAxes, map.sampleRadius) = (2000, 320, false, 3)
        return map
    }

    /// One light colour for each of the eight codes of three units, unlike the classes' colours.
    private static func fill(code: Int) -> Color {
        let place = Double([0, 3, 5, 1, 6, 2, 4, 7][code % 8]) / 7
        return (ColorScale.viridis.color(at: place) ?? .white).mixed(with: .white, 0.45)
    }
}
