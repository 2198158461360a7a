// The cells of a partition of any size as a file, written while they go by.

import Analysis
import Interchange
public import Partitions

/// A JSON file of cells, one a line.
struct CellFile: ~Copyable {
    private var file: OutputFile
    private var count = 0

    /// Opens with what every such file says first.
    init(_ path: String, _ domain: Domain) throws {
        var file = try OutputFile(path)
        let head: JSONValue = [
            "cell": "a set of the domain with interior on which every unit has one code",
            "ties": "the first piece that attains the maximum", "domain": domain.json,
        ]
        try file.write(Array((head.text().dropLast() + ",\"cells\":[").utf8))
        self.file = file
    }

    /// - Parameter codes: a last member, if the file has them: of wide networks most of the file, so written without values of its own.
    mutating func write(_ cell: JSONValue, codes: [[Int]]? = nil) throws {
        var text = Array(((count == 0 ? "\n" : ",\n") + cell.text()).utf8)
        if let codes {
            text[text.count - 1] = UInt8(ascii: ",")
            text += "\"codes\":[".utf8
            for (layer, code) in codes.enumerated() {
                text += (layer == 0 ? "[" : ",[").utf8
                for (unit, piece) in code.enumerated() {
                    if unit > 0 { text.append(UInt8(ascii: ",")) }
                    if piece < 10 { text.append(UInt8(ascii: "0") + UInt8(piece)) } else { text += String(piece).utf8 }
                }
                text.append(UInt8(ascii: "]"))
            }
            text += "]}".utf8
        }
        try file.write(text)
        count += 1
    }

    /// Ends the file, with members that come after the cells, and puts it in its place.
    consuming func commit(_ members: [JSONMember] = []) throws {
        let rest = members.isEmpty ? "}" : "," + JSONValue.object(members).text().dropFirst()
        try file.write(Array(("\n]" + rest + "\n").utf8))
        try file.commit()
    }
}

extension TiledPartition {
    /// The most units whose codes are written with every cell.
    private static let writtenUnits = 4096

    /// Writes every cell with its vertices (counter-clockwise), area, centroid, and, of a network of few units, codes, as JSON; the file has
    /// the form of `PlanarPartition.json`, without what needs all cells at once.
    ///
    /// - Parameter progress: told how many cells are written.
    /// - Throws: `InterchangeError` when writing fails; nothing is left behind then.
    public func writeJSON(to path: String, progress: (Int) -> Void = { _ in }) throws {
        var file = try CellFile(path, domain)
        let hasCodes = program.nonlinearSteps.reduce(0) { $0 + program.counts[$1 + 1] } <= TiledPartition.writtenUnits
        var count = 0
        try forEachBlock { block in
            for (cell, area) in zip(block.cells, block.areas) {
                let centroid = cell.centroid
                try file.write(
                    [
                        "vertices": .array(cell.vertices.map { JSONValue([$0.x, $0.y]) }), "area": JSONValue(area),
                        "centroid": JSONValue([centroid.x, centroid.y]),
                    ], codes: hasCodes ? cell.codes : nil)
            }
            count += block.count
            progress(count)
        }
        try file.commit()
    }
}
