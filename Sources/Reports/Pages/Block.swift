// The parts a page is made of.
import Figures

/// One part of a section.
public enum Block: Hashable, Sendable {
    /// A heading within a section.
    case heading(String)
    case paragraph(Prose)
    case list([Prose])
    /// A formula on a line of its own.
    case formula(Formula)
    /// A remark set apart: a convention, a limit of what is shown.
    case note(Prose)
    /// Key numbers side by side.
    case facts([Fact])
    case figure(Figure)
    /// Figures side by side where there is room.
    case figures([Figure])
    case table(Table)
    /// Detail behind a line that opens.
    case details(summary: Prose, [Block])
    case frames(Frames)
    case cellExplorer(CellExplorer)
    /// A surface that can be turned; without JavaScript it stands still.
    case surface(SurfacePlot, caption: Prose)
}

/// A picture with its caption.
public struct Figure: Hashable, Sendable {
    public var picture: Picture
    public var caption: Prose

    public init(_ picture: Picture, caption: Prose) { (self.picture, self.caption) = (picture, caption) }
}

/// A number that matters, with its name.
public struct Fact: Hashable, Sendable {
    public var value: String
    public var name: Prose

    public init(_ value: String, _ name: Prose) { (self.value, self.name) = (value, name) }
}

/// A table; columns of numbers are set flush right.
public struct Table: Hashable, Sendable {
    public var caption: Prose
    public var header: [Prose]
    public var rows: [[Prose]]
    public var numericColumns: Set<Int>

    /// - Precondition: every row has as many entries as the header.
    public init(caption: Prose, header: [Prose], rows: [[Prose]], numericColumns: Set<Int> = []) {
        precondition(rows.allSatisfy { $0.count == header.count }, "every row has an entry for every column")
        (self.caption, self.header, self.rows, self.numericColumns) = (caption, header, rows, numericColumns)
    }
}

/// Several states of one thing, one shown at a time: epochs of training, depths of a network.
///
/// Without JavaScript a row of buttons chooses; with it, a slider.
public struct Frames: Hashable, Sendable {
    public struct Frame: Hashable, Sendable {
        /// Short: it stands on a button.
        public var label: String
        public var figures: [Figure]
        public var text: Prose

        public init(label: String, figures: [Figure], text: Prose = "") {
            (self.label, self.figures, self.text) = (label, figures, text)
        }
    }

    /// What the labels count: «epoch».
    public var title: String
    public var frames: [Frame]
    /// The frame shown first.
    public var initial: Int

    /// - Precondition: there is a frame, and `initial` is one of them; by default the last.
    public init(title: String, frames: [Frame], initial: Int? = nil) {
        let initial = initial ?? frames.count - 1
        precondition(frames.indices.contains(initial), "the initial frame is one of the frames")
        (self.title, self.frames, self.initial) = (title, frames, initial)
    }
}

/// A map whose cells can be pointed at, or walked with the arrow keys, to read what holds there.
///
/// Without JavaScript the cells' tooltips and a table say the same.
public struct CellExplorer: Hashable, Sendable {
    public var map: PolygonMap
    public var caption: Prose
    /// Names of what is told about each cell.
    public var columns: [String]
    /// One row a cell, one text a column; line breaks are kept.
    public var rows: [[String]]
    /// Columns that the tooltips give, the first by default.
    public var tooltipColumns: [Int]
    /// The cell that is told about before any is pointed at.
    public var initial: Int?

    /// - Precondition: one row a cell, one text a column.
    public init(map: PolygonMap, caption: Prose, columns: [String], rows: [[String]], tooltipColumns: [Int] = [0], initial: Int? = nil) {
        precondition(rows.count == map.cells.count && rows.allSatisfy { $0.count == columns.count }, "one row a cell, one text a column")
        precondition(tooltipColumns.allSatisfy(columns.indices.contains), "tooltips give columns that exist")
        (self.map, self.caption, self.columns, self.rows, self.tooltipColumns) = (map, caption, columns, rows, tooltipColumns)
        self.initial = initial
    }
}
