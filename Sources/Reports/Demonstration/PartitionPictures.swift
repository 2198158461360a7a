// The plane as the layers cut it, in the three ways of the slides: layer 1, layer 2 seen in the input space, both.

import Figures
import Interchange
import Partitions
import Tensors

struct PartitionPictures {
    let moment: ToyRun.Moment
    private let map: PartitionMap

    init(_ moment: ToyRun.Moment, data: DataSet) {
        self.moment = moment
        let points: Tensor<Double> = data.samples.converted()
        var map = PartitionMap(moment.whole, moment.boundary, classNames: ToyRun.classNames)
        // Points of each class in order; a part of them shows where the class lies without hiding the cells.
        map.samples = (0..<data.classCount).map { c in
            let members = data.labels.indices.filter { data.labels[$0] == c }.prefix(40)
            return PolygonMap.Samples(
                "class \(ToyRun.classNames[c])", points: members.map { SIMD2(points[$0, 0], points[$0, 1]) }, color: ClassColors.color(c))
        }
        self.map = map
    }

    /// The cells of layer 1, darker where more units are on their second piece.
    func first() -> PolygonMap { polygons("Layer 1", .depth(0), .activity) }

    /// The regions of layer 2 alone: one colour a code; unions of cells.
    func second() -> PolygonMap { polygons("Layer 2", .layer(1), .code) }

    /// All cells, with the colour of the class that wins, the decision boundary and samples.
    func both() -> PolygonMap { polygons("Both layers", .cells, .class) }

    /// Small and without axes and legend, for captions beside.
    private func polygons(_ title: String, _ sets: PartitionMap.Sets, _ coloring: PartitionMap.Coloring) -> PolygonMap {
        var map = map
        (map.sets, map.coloring) = (sets, coloring)
        if sets != .cells { (map.showsBoundary, map.samples) = (false, []) }
        var polygons = map.map(title: "\(title), epoch \(moment.epoch)", width: 320)
        (polygons.keys, polygons.scale, polygons.columns, polygons.showsAxes, polygons.sampleRadius) = ([], nil, 2000, false, 3)
        return polygons
    }
}
