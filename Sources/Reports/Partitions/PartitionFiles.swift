// A planar partition as files for programs: JSON and arrays.

import Analysis
public import Interchange
public import Partitions
import Tensors

extension PlanarPartition {
    /// Everything that is known of the partition.
    ///
    /// `cells[]` with vertices (counter-clockwise), area, centroid, facet count, in-radius, codes and affine map; `boundary` and `units[]`
    /// as polylines; `classes[]` with area and Betti numbers; `adjacency[]`, the dual graph; `distributions`; and the `domain`, of whose
    /// coordinates vertices are. Which cells, polylines and regions there are is exact; coordinates and measures are Doubles.
    /// - Parameters:
    ///   - measures: those of its cells.
    ///   - centersOfLayer: a nonlinearity whose regions are power cells: `powerCells[]` has centre and squared radius of each, and the
    ///     cell of the layers before in which it competes.
    public func json(
        _ boundary: DecisionBoundary, _ measures: CellMeasures, units: [PartitionMap.Unit] = [], centersOfLayer: Int? = nil
    ) -> JSONValue {
        let json: JSONValue = [
            "cell": "a set of the domain with interior on which every unit has one code",
            "ties": "the first piece that attains the maximum", "domain": domain.json,
            "cells": .array(
                cells.map { cell in
                    let (map, index) = (cell.map, cell.index)
                    return [
                        "vertices": .array(cell.vertices.map { JSONValue([$0.x, $0.y]) }), "area": JSONValue(measures.volumes[index]),
                        "centroid": JSONValue([cell.centroid.x, cell.centroid.y]), "unbounded": JSONValue(cell.isUnbounded),
                        "facets": JSONValue(measures.facetCounts[index]),
                        "inRadius": JSONValue(measures.inRadii[index]), "codes": .array(cell.codes.map { JSONValue($0) }),
                        "slopes": .array(map.slopes.map { JSONValue($0) }), "offsets": JSONValue(map.offsets),
                    ]
                }),
            "boundary": boundary.curve.json(sides: "classes", ["ambiguous": JSONValue(boundary.isAmbiguous)]),
            "classes": .array(boundary.regions.map(\.json)),
            "units": .array(
                units.map { unit in
                    zeroSet(layer: unit.layer, unit: unit.unit).json(
                        sides: "codes",
                        [
                            "layer": JSONValue(unit.layer), "unit": JSONValue(unit.unit),
                            "regions": .array(regions(layer: unit.layer, unit: unit.unit).map(\.json)),
                        ])
                }),
            "adjacency": .array(
                adjacencies.map { pair in
                    [
                        "cells": JSONValue([pair.cells.x, pair.cells.y]), "length": JSONValue(pair.length),
                        "layer": pair.origin.map { JSONValue($0.layer) } ?? .null, "unit": pair.origin.map { JSONValue($0.unit) } ?? .null,
                    ]
                }),
            "distributions": measures.json,
        ]
        guard let layer = centersOfLayer else { return json }
        let centers = powerCells(ofLayer: layer).map { cell, parent -> JSONValue in
            ["center": JSONValue(cell.center), "squaredRadius": JSONValue(cell.squaredRadius), "parent": JSONValue(parent)]
        }
        return json.appending([JSONMember(name: "powerCells", value: .array(centers))])
    }

    /// Every cell as arrays: `vertices` of all cells one after the other (M×2) with `starts` (R + 1), `areas` (R), `centroids` (R×2),
    /// `facets` (R), `inRadii` (R), `codes` (R×units), `slopes` (R×K×2), `offsets` (R×K); the dual graph as `adjacency` (E×2); the decision
    /// boundary as `boundaryPoints` (P×2) with `boundaryStarts` (L + 1) and `boundaryClasses` (L×2, left and right).
    public func arrays(_ boundary: DecisionBoundary, _ measures: CellMeasures) -> [NamedTensor] {
        var (vertices, starts): ([Double], [Int64]) = ([], [0])
        var (centroids, codes, slopes, offsets): ([Double], [Int32], [Double], [Double]) = ([], [], [], [])
        for cell in cells {
            let (corners, map) = (cell.vertices, cell.map)
            vertices += corners.flatMap { [$0.x, $0.y] }
            starts.append(starts[starts.count - 1] + Int64(corners.count))
            centroids += [cell.centroid.x, cell.centroid.y]
            codes += cell.codes.joined().map { Int32($0) }
            slopes += map.slopes.joined()
            offsets += map.offsets
        }
        let lines = boundary.curve.polylines
        let points = lines.flatMap { $0.points.flatMap { [$0.x, $0.y] } }
        let lineStarts = lines.reduce(into: [Int64(0)]) { $0.append($0[$0.count - 1] + Int64($1.points.count)) }
        let pairs = adjacencies.flatMap { [Int64($0.cells.x), Int64($0.cells.y)] }
        let outputs = offsets.count / cellCount
        func numbers(_ name: String, _ values: [Double], _ shape: Shape) -> NamedTensor {
            NamedTensor(name: name, tensor: .float64(Tensor(shape: shape, elements: values)))
        }
        func integers(_ name: String, _ values: [Int64], _ shape: Shape) -> NamedTensor {
            NamedTensor(name: name, tensor: .int64(Tensor(shape: shape, elements: values)))
        }
        return [
            numbers("vertices", vertices, [vertices.count / 2, 2]), integers("starts", starts, [starts.count]),
            numbers("areas", measures.volumes, [cellCount]), numbers("centroids", centroids, [cellCount, 2]),
            integers("facets", measures.facetCounts.map { Int64($0) }, [cellCount]), numbers("inRadii", measures.inRadii, [cellCount]),
            NamedTensor(name: "codes", tensor: .int32(Tensor(shape: [cellCount, codes.count / cellCount], elements: codes))),
            numbers("slopes", slopes, [cellCount, outputs, 2]), numbers("offsets", offsets, [cellCount, outputs]),
            integers("adjacency", pairs, [pairs.count / 2, 2]), numbers("boundaryPoints", points, [points.count / 2, 2]),
            integers("boundaryStarts", lineStarts, [lineStarts.count]),
            integers("boundaryClasses", lines.flatMap { [Int64($0.left), Int64($0.right)] }, [lines.count, 2]),
        ]
    }
}

extension PartitionMap {
    /// What the command says of a planar partition beyond the counts.
    public func answers(_ measures: CellMeasures) -> [JSONMember] {
        let curve = boundary.curve
        return [
            JSONMember(name: "boundaryPieces", value: JSONValue(curve.pieceCount)),
            JSONMember(name: "boundaryLoops", value: JSONValue(curve.loopCount)),
            JSONMember(name: "boundaryAmbiguous", value: JSONValue(boundary.isAmbiguous)),
            JSONMember(name: "classes", value: .array(boundary.regions.map(\.json))),
            JSONMember(name: "adjacentPairs", value: JSONValue(partition.adjacencies.count)),
            JSONMember(name: "distributions", value: measures.json),
        ]
    }
}

extension StreamedBoundary {
    /// What the command says of it beyond its length.
    public var answers: [JSONMember] {
        [
            JSONMember(name: "boundaryPieces", value: JSONValue(pieceCount)),
            JSONMember(name: "boundaryLoops", value: JSONValue(loopCount)),
            JSONMember(name: "boundaryAmbiguous", value: JSONValue(isAmbiguous)),
            JSONMember(name: "classes", value: .array(regions.map(\.json))),
        ]
    }
}

extension DividingCurve {
    /// The polylines with what lies to their left and right under the name `sides`, after some members.
    func json(sides: String, _ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        let lines = polylines.map { line -> JSONValue in
            .object([
                JSONMember(name: sides, value: JSONValue([line.left, line.right])),
                JSONMember(name: "closed", value: JSONValue(line.isClosed)),
                JSONMember(name: "borderEnds", value: JSONValue(line.borderEndCount)),
                JSONMember(name: "length", value: JSONValue(line.length)),
                JSONMember(name: "points", value: .array(line.points.map { JSONValue([$0.x, $0.y]) })),
            ])
        }
        return .object(
            members.map { JSONMember(name: $0.key, value: $0.value) } + [
                JSONMember(name: "length", value: JSONValue(length)), JSONMember(name: "pieces", value: JSONValue(pieceCount)),
                JSONMember(name: "loops", value: JSONValue(loopCount)), JSONMember(name: "polylines", value: .array(lines)),
            ])
    }
}

extension LabelledRegion {
    /// Area and Betti numbers.
    public var json: JSONValue {
        [
            "label": JSONValue(label), "area": JSONValue(area), "components": JSONValue(componentCount), "holes": JSONValue(holeCount),
        ]
    }
}

extension CellMeasures {
    /// The distributions by name.
    public var json: JSONValue {
        ["volume": volume.json, "facets": facetCount.json, "inRadius": inRadius.json, "neighbors": neighborCount.json]
    }
}

extension Distribution {
    var json: JSONValue {
        [
            "minimum": JSONValue(minimum), "lowerQuartile": JSONValue(lowerQuartile), "median": JSONValue(median),
            "upperQuartile": JSONValue(upperQuartile), "maximum": JSONValue(maximum), "mean": JSONValue(mean),
        ]
    }
}
