// The cells of a box in any dimension as a file for programs.

import Geometry
import Interchange
public import Partitions

extension SolidPartition {
    /// Writes every cell as JSON: `cells[]` with vertices, facets (as lists of vertices), volume, centroid, in-radius, codes and affine map;
    /// then `adjacency[]`, the dual graph, and `distributions`, which are `null` where there are more than a million vertices.
    ///
    /// Which cells, vertices and facets there are, and volumes, is exact; numbers are Doubles.
    /// - Throws: `InterchangeError` when writing fails; nothing is left behind then.
    public func writeJSON(to path: String) throws {
        var file = try CellFile(path, domain)
        var adjacency = SolidAdjacency()
        var (volumes, facetCounts, inRadii): ([Double], [Int], [Double]) = ([], [], [])
        try forEachCell { cell in
            let (polytope, map) = (cell.polytope, cell.map)
            let ((volume, centroid), facets) = (polytope.moments, polytope.facetVertices)
            adjacency.add(polytope, codes: cell.codes)
            volumes.append(volume.doubleValue)
            facetCounts.append(facets.count)
            inRadii.append(cell.inRadius(of: polytope, near: centroid))
            try file.write(
                [
                    "vertices": .array(polytope.vertices.map { JSONValue($0.position) }), "facets": .array(facets.map { JSONValue($0) }),
                    "volume": JSONValue(volumes[volumes.count - 1]), "centroid": JSONValue(centroid),
                    "inRadius": JSONValue(inRadii[inRadii.count - 1]), "slopes": .array(map.slopes.map { JSONValue($0) }),
                    "offsets": JSONValue(map.offsets),
                ], codes: cell.codes)
        }
        let measures = adjacency.neighborCounts.map {
            CellMeasures(volumes: volumes, facetCounts: facetCounts, inRadii: inRadii, neighborCounts: $0)
        }
        try file.commit([
            JSONMember(name: "adjacency", value: adjacency.pairs.map { .array($0.map(\.json)) } ?? .null),
            JSONMember(name: "distributions", value: measures?.json ?? .null),
        ])
    }
}

extension SolidAdjacency.Pair {
    fileprivate var json: JSONValue { ["cells": JSONValue([cells.x, cells.y]), "layer": JSONValue(layer), "unit": JSONValue(unit)] }
}
