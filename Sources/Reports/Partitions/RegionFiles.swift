// Regions and walks as JSON and arrays for programs.

import Figures
import Geometry
public import Interchange
public import Partitions
import Tensors

extension Region {
    /// The numbers of a region, without its inequalities.
    public func summary(_ layers: [String], residual: Double, margin: Double) -> JSONValue {
        func name(_ layer: Int) -> JSONValue { layers.indices.contains(layer) ? JSONValue(layers[layer]) : .null }
        return [
            "facets": JSONValue(facets.count), "inequalities": JSONValue(inequalityCount), "undecided": JSONValue(undecidedCount),
            "facetCertificate": JSONValue(facetCertificate.rawValue), "inRadius": ball.map { JSONValue($0.radius) } ?? .null,
            "inRadiusUpperBound": ball.map { JSONValue($0.upperBound) } ?? .null,
            "inRadiusCertificate": JSONValue((ball?.certificate ?? .none).rawValue), "unbounded": isUnbounded.json,
            "center": ball.map { JSONValue($0.center) } ?? .null, "distance": distance.map { JSONValue($0.value) } ?? .null,
            "distanceLowerBound": distance.map { JSONValue($0.lowerBound) } ?? .null,
            "nearestLayer": distance.map { name($0.layer) } ?? .null, "nearestUnit": distance.map { JSONValue($0.unit) } ?? .null,
            "boundaryDistance": boundaryDistance.map { JSONValue($0.value) } ?? .null,
            "boundaryDistanceLowerBound": boundaryDistance.map { JSONValue($0.lowerBound) } ?? .null,
            "boundaryClass": boundaryDistance.flatMap { $0.value < .infinity ? JSONValue($0.unit) : nil } ?? .null,
            "class": JSONValue(classIndex),
            "ties": JSONValue(tieCount), "boundary": JSONValue(tieCount > 0), "namedByRule": JSONValue(isNamedByRule),
            "namedCellFlat": isNamedByRule ? .null : JSONValue(isNamedCellFlat),
            "residual": JSONValue(residual), "margin": JSONValue(margin),
            "layers": .array(
                powerCells.enumerated().map { layer, cell in
                    [
                        "name": name(layer), "center": cell.map { JSONValue($0.center) } ?? .null,
                        "squaredRadius": cell.map { JSONValue($0.squaredRadius) } ?? .null,
                    ]
                }),
        ]
    }

    /// The same with every facet and the codes.
    public func full(_ summary: JSONValue) -> JSONValue {
        guard case .object(let members) = summary else { return summary }
        let rows = facets.map { facet -> JSONValue in
            [
                "layer": JSONValue(facet.origin.layer), "unit": JSONValue(facet.origin.unit), "other": JSONValue(facet.origin.other),
                "slope": JSONValue(facet.slope), "offset": JSONValue(facet.offset), "distance": JSONValue(facet.distance),
            ]
        }
        let more: [JSONMember] = [
            JSONMember(name: "point", value: JSONValue(point)), JSONMember(name: "facetList", value: .array(rows)),
            JSONMember(name: "codes", value: .array(codes.map { JSONValue($0) })),
        ]
        return .object(members + more)
    }

    /// One line for people.
    public func text(_ index: Int, _ layers: [String]) -> String {
        func number(_ value: Double) -> String { value == .infinity ? "∞" : value.formatted4 }
        var parts = ["point \(index): \(facets.count) facets of \(inequalityCount) inequalities"]
        if undecidedCount > 0 { parts[0] += " (\(undecidedCount) undecided)" }
        parts.append(
            ball.map { "in-radius \($0.certificate == .none ? "at least " : "")\(number($0.radius))" } ?? "no ball found inside")
        if isUnbounded == true { parts.append("unbounded") }
        if let distance {
            let layer = layers.indices.contains(distance.layer) ? layers[distance.layer] : "?"
            parts.append("border at \(number(distance.value)) (\(layer), unit \(distance.unit))")
        }
        switch boundaryDistance {
        case nil: parts.append("class \(classIndex) throughout")
        case let boundary? where boundary.value < .infinity:
            parts.append("class \(classIndex) becomes \(boundary.unit) at \(number(boundary.value))")
        case let boundary?: parts.append("class \(classIndex) to \(number(boundary.lowerBound)) at least, further on not decided")
        }
        if tieCount > 0 {
            parts.append(
                "on the border of several cells (\(tieCount) ties)"
                    + (isNamedByRule
                        ? ""
                        : "; of the cell that the first-piece rule names "
                            + (isNamedCellFlat ? "there is no interior" : "no interior was found in time")
                            + ", so one beside it is described"))
        }
        return parts.joined(separator: "; ")
    }

    /// Regions as arrays: `points`, `centers` (N×d), `inRadii`, `distances`, `boundaryDistances` (N; NaN where there is none), and the facets
    /// of all one after the other: `slopes` (M×d), `offsets`, `layers`, `units`, `others` (M) with `starts` (N + 1); `powerCenters` (N×L×d) and
    /// `powerSquaredRadii` (N×L; NaN where a layer's regions are no power cells).
    public static func arrays(_ regions: [Region]) -> [NamedTensor] {
        let (n, d) = (regions.count, regions.first?.point.count ?? 0)
        let facets = regions.flatMap(\.facets)
        let layers = regions.first?.powerCells.count ?? 0
        let starts = regions.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.facets.count) }
        return [
            .numbers("points", [n, d], regions.flatMap(\.point)),
            .numbers("centers", [n, d], regions.flatMap { $0.ball?.center ?? [Double](repeating: .nan, count: d) }),
            .numbers("inRadii", [n], regions.map { $0.ball?.radius ?? .nan }),
            .numbers("distances", [n], regions.map { $0.distance?.value ?? .nan }),
            .numbers("boundaryDistances", [n], regions.map { $0.boundaryDistance?.value ?? .nan }),
            .integers("starts", [n + 1], starts), .numbers("slopes", [facets.count, d], facets.flatMap(\.slope)),
            .numbers("offsets", [facets.count], facets.map(\.offset)), .integers("layers", [facets.count], facets.map(\.origin.layer)),
            .integers("units", [facets.count], facets.map(\.origin.unit)), .integers("others", [facets.count], facets.map(\.origin.other)),
            .numbers(
                "powerCenters", [n, layers, d],
                regions.flatMap { $0.powerCells.flatMap { $0?.center ?? [Double](repeating: .nan, count: d) } }),
            .numbers("powerSquaredRadii", [n, layers], regions.flatMap { $0.powerCells.map { $0?.squaredRadius ?? .nan } }),
        ]
    }
}

extension RegionWalk {
    /// Counts and distributions, without the cells. The median in-radius is of the cells that have a largest ball.
    public var summary: JSONValue {
        let complete = cells.filter(\.isComplete)
        let radii = cells.map(\.inRadius).filter { $0 > 0 && $0.isFinite }.sorted()
        let classes = cells.reduce(into: [Int: Int]()) { $0[$1.classIndex, default: 0] += 1 }
        let perStep = cells.reduce(into: [Int: Int]()) { $0[$1.steps, default: 0] += 1 }
        func counted(_ counts: [Int: Int], _ name: String) -> JSONValue {
            .array(counts.sorted { $0.key < $1.key }.map { [JSONMember(name: name, value: JSONValue($0.key))].counting($0.value) })
        }
        return [
            "cells": JSONValue(cells.count), "end": JSONValue(end.rawValue), "complete": JSONValue(end == .complete),
            "adjacencies": JSONValue(cells.reduce(0) { $0 + $1.neighbors.count } / 2),
            "meanFacets": complete.isEmpty ? .null : JSONValue(Double(complete.reduce(0) { $0 + $1.facetCount }) / Double(complete.count)),
            "largestFacets": complete.map(\.facetCount).max().map { JSONValue($0) } ?? .null,
            "medianInRadius": radii.isEmpty ? .null : JSONValue(radii[radii.count / 2]),
            "unbounded": JSONValue(cells.reduce(0) { $0 + ($1.isUnbounded == true ? 1 : 0) }),
            "incomplete": JSONValue(cells.count - complete.count), "classes": counted(classes, "class"), "steps": counted(perStep, "step"),
        ]
    }

    /// The same with every cell.
    public var full: JSONValue {
        guard case .object(let members) = summary else { return summary }
        let list = cells.map { cell -> JSONValue in
            [
                "steps": JSONValue(cell.steps), "facets": JSONValue(cell.facetCount), "inRadius": JSONValue(cell.inRadius),
                "unbounded": cell.isUnbounded.json, "class": JSONValue(cell.classIndex), "neighbors": JSONValue(cell.neighbors),
                "codes": .array(cell.codes.map { JSONValue($0) }),
            ]
        }
        return .object(members + [JSONMember(name: "cellList", value: .array(list))])
    }

    /// Two lines for people.
    public func text(_ index: Int) -> String {
        let why =
            switch end {
            case .complete: "all there are within the limits"
            case .undecided: "all that were found; in some, facets were left open"
            case .cells: "stopped at the number of cells"
            case .seconds: "stopped by the time"
            }
        // Of other cells some facets may not be known.
        let facets = cells.filter(\.isComplete).map(\.facetCount)
        let mean = Double(facets.reduce(0, +)) / Double(max(facets.count, 1))
        let classes = cells.reduce(into: [Int: Int]()) { $0[$1.classIndex, default: 0] += 1 }.sorted { $0.key < $1.key }
        return
            "point \(index): \(cells.count == 1 ? "1 cell (a set" : "\(cells.count) cells (sets") with interior on which every unit has one code), \(why)\n"
            + "  \(cells.map(\.steps).max() ?? 0) facets crossed at most"
            + (facets.isEmpty ? "" : "; facets of a cell \(facets.min()!) to \(facets.max()!), mean \(mean.formatted4)")
            + (classes.isEmpty ? "" : "; classes \(classes.map { "\($0.key): \($0.value)" }.joined(separator: ", "))")
    }

    /// Walks as arrays: of all cells one after the other `steps`, `facets`, `inRadii`, `unbounded` (1, 0, and −1 where that is open), `classes` (M)
    /// and `codes` (M×units, all nonlinearities one after the other) with `starts` (N + 1), and `adjacencies` (E×2), pairs of cells numbered
    /// throughout.
    public static func arrays(_ walks: [RegionWalk]) -> [NamedTensor] {
        let cells = walks.flatMap(\.cells)
        let starts = walks.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.cells.count) }
        var pairs: [Int] = []
        for (walk, start) in zip(walks, starts) {
            for (a, cell) in walk.cells.enumerated() { for b in cell.neighbors where a < b { pairs += [start + a, start + b] } }
        }
        let codes = cells.flatMap { $0.codes.joined().map { Int32($0) } }
        return [
            .integers("starts", [walks.count + 1], starts), .integers("steps", [cells.count], cells.map(\.steps)),
            .integers("facets", [cells.count], cells.map(\.facetCount)), .numbers("inRadii", [cells.count], cells.map(\.inRadius)),
            .integers("unbounded", [cells.count], cells.map { $0.isUnbounded.map { $0 ? 1 : 0 } ?? -1 }),
            .integers("classes", [cells.count], cells.map(\.classIndex)),
            NamedTensor(
                name: "codes", tensor: .int32(Tensor(shape: [cells.count, codes.count / max(cells.count, 1)], elements: codes))),
            .integers("adjacencies", [pairs.count / 2, 2], pairs),
        ]
    }
}

extension Bool? {
    fileprivate var json: JSONValue { map { JSONValue($0) } ?? .null }
}

extension [JSONMember] {
    fileprivate func counting(_ count: Int) -> JSONValue { .object(self + [JSONMember(name: "cells", value: JSONValue(count))]) }
}

extension Double {
    /// Four significant digits.
    fileprivate var formatted4: String { NumberText.significant(self, digits: 4) }
}

extension NamedTensor {
    static func numbers(_ name: String, _ shape: Shape, _ values: [Double]) -> NamedTensor {
        NamedTensor(name: name, tensor: .float64(Tensor(shape: shape, elements: values)))
    }

    static func integers(_ name: String, _ shape: Shape, _ values: [Int]) -> NamedTensor {
        NamedTensor(name: name, tensor: .int64(Tensor(shape: shape, elements: values.map { Int64($0) })))
    }
}
