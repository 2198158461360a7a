// A planar partition as files: JSON and arrays for programs, a picture for people.

public import Figures
public import Interchange
public import Partitions
import Tensors

extension PlanarPartition {
    /// The cells with the colour of the class that wins (of one output: its sign), and the decision boundary.
    public func map(title: String) -> PolygonMap {
        let boundary = decisionBoundary()
        let points = cells.map(\.vertices)
        let corners = points.joined()
        let window = Window(
            low: corners.reduce(SIMD2(repeating: .infinity)) { pointwiseMin($0, $1) },
            high: corners.reduce(SIMD2(repeating: -.infinity)) { pointwiseMax($0, $1) })
        let fills = boundary.parts.map { PolygonMap.Cell($0.vertices, fill: ClassColors.tint($0.classIndex, variant: $0.cell)) }
        var map = PolygonMap(
            title: title, description: "\(cellCount) cells; the dark line is the decision boundary.", window: window, cells: fills)
        map.edgeWidth = cellCount > 20_000 ? 0.2 : 0.5
        map.width = 720
        map.lines = [
            PolygonMap.Lines(boundary.segments.map { [$0.start, $0.end] }, paint: .fixed(PolygonMap.edge), width: 2)
        ]
        return map
    }

    /// Every cell: vertices counter-clockwise, area, centroid, codes and affine map.
    public var json: JSONValue {
        .array(
            cells.map { cell in
                let map = cell.map
                return [
                    "vertices": .array(cell.vertices.map { JSONValue([$0.x, $0.y]) }), "area": JSONValue(cell.area),
                    "centroid": JSONValue([cell.centroid.x, cell.centroid.y]), "unbounded": JSONValue(cell.isUnbounded),
                    "codes": .array(cell.codes.map { JSONValue($0) }),
                    "slopes": .array(map.slopes.map { JSONValue($0) }), "offsets": JSONValue(map.offsets),
                ]
            })
    }

    /// Every cell as arrays: `vertices` of all cells one after the other (M×2) with `starts` (R + 1), `areas` (R), `centroids` (R×2),
    /// `codes` (R×units), `slopes` (R×K×2), `offsets` (R×K).
    public var arrays: [NamedTensor] {
        var (vertices, starts): ([Double], [Int64]) = ([], [0])
        var (areas, centroids, codes, slopes, offsets): ([Double], [Double], [Int32], [Double], [Double]) = ([], [], [], [], [])
        for cell in cells {
            let (corners, map) = (cell.vertices, cell.map)
            vertices += corners.flatMap { [$0.x, $0.y] }
            starts.append(starts[starts.count - 1] + Int64(corners.count))
            areas.append(cell.area)
            centroids += [cell.centroid.x, cell.centroid.y]
            codes += cell.codes.joined().map { Int32($0) }
            slopes += map.slopes.joined()
            offsets += map.offsets
        }
        let outputs = offsets.count / cellCount
        return [
            NamedTensor(name: "vertices", tensor: .float64(Tensor(shape: [vertices.count / 2, 2], elements: vertices))),
            NamedTensor(name: "starts", tensor: .int64(Tensor(shape: [starts.count], elements: starts))),
            NamedTensor(name: "areas", tensor: .float64(Tensor(shape: [cellCount], elements: areas))),
            NamedTensor(name: "centroids", tensor: .float64(Tensor(shape: [cellCount, 2], elements: centroids))),
            NamedTensor(name: "codes", tensor: .int32(Tensor(shape: [cellCount, codes.count / cellCount], elements: codes))),
            NamedTensor(name: "slopes", tensor: .float64(Tensor(shape: [cellCount, outputs, 2], elements: slopes))),
            NamedTensor(name: "offsets", tensor: .float64(Tensor(shape: [cellCount, outputs], elements: offsets))),
        ]
    }
}
