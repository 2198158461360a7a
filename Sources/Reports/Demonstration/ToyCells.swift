// What a reader who points at a cell is told: its code, its affine map, the samples in it.

import Analysis
import Figures
import Graphs
import Interchange
import Partitions
import Splines
import Tensors

enum ToyCells {
    static let columns = [
        "largest output at its centre", "f(x) = A x + b: template · x + offset, by class", "code of layer 1", "code of layer 2",
        "centre", "area", "training samples in it",
    ]

    /// The explorer of the cells at the end of training.
    static func explorer(_ run: ToyRun) throws -> CellExplorer {
        let moment = run.last
        let pictures = PartitionPictures(moment, data: run.train)
        let cells = Array(moment.whole.cells)
        let members = try samples(of: run)
        var fills: [PolygonMap.Cell] = []
        let rows = cells.map { cell -> [String] in
            let (map, center) = (cell.map, cell.centroid)
            let values = map([center.x, center.y])
            let winner = values.indices.max { (values[$0], $1) < (values[$1], $0) } ?? 0
            fills.append(PolygonMap.Cell(cell.vertices, fill: ClassColors.tint(winner, variant: cell.index)))
            return [
                ToyRun.classNames[winner],
                zip(map.slopes, map.offsets).enumerated().map { c, row in
                    "\(ToyRun.classNames[c]): " + NumberText.affine(slopes: row.0, names: ["x₁", "x₂"], offset: row.1, decimals: 3)
                }.joined(separator: "\n"),
                grouped(cell.code(atLayer: 0)), grouped(cell.code(atLayer: 1)),
                "(\(NumberText.fixed(center.x, decimals: 4)), \(NumberText.fixed(center.y, decimals: 4)))",
                NumberText.significant(cell.area), describe(members[cell.codes.joined().map { Int32($0) }] ?? []),
            ]
        }
        var map = pictures.both()
        map.cells = fills
        (map.title, map.description) = ("The cells of the trained network", "\(cells.count) cells; each is one affine map.")
        (map.columns, map.width, map.showsAxes) = (3000, 520, true)
        return CellExplorer(
            map: map,
            caption: """
                Colours: the class whose output is largest at the cell's centre. Dark line: where the largest output changes, exactly. \
                Dots: training samples, coloured by their true class.
                """,
            columns: columns, rows: rows, initial: cells.indices.max { cells[$0].area < cells[$1].area })
    }

    /// The labels of the training samples by code of all layers.
    private static func samples(of run: ToyRun) throws -> [[Int32]: [Int]] {
        let reader = try CodeReader(run.last.model.readable, batch: run.train.count)
        let codes = try reader.read(run.train.samples.converted()).codes
        var members: [[Int32]: [Int]] = [:]
        for (index, label) in run.train.labels.enumerated() {
            members[codes.flatMap { $0.rows(index..<index + 1).elements }, default: []].append(label)
        }
        return members
    }

    private static func describe(_ labels: [Int]) -> String {
        guard !labels.isEmpty else { return "none" }
        let counts = Set(labels).sorted().map { label in "\(labels.count { $0 == label }) \(ToyRun.classNames[label])" }
        return counts.joined(separator: ", ")
    }

    /// Pieces as digits, by fives.
    private static func grouped(_ code: [Int]) -> String {
        stride(from: 0, to: code.count, by: 5).map { start in
            code[start..<min(start + 5, code.count)].map(String.init).joined()
        }.joined(separator: " ")
    }
}
