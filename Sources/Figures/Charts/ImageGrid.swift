// Small multiples: samples, templates of all classes, neighbours by layer.

/// A grid of images with names for rows and columns and a line of text below each.
public struct ImageGrid: Hashable, Sendable {
    public struct Cell: Hashable, Sendable {
        public var image: Raster
        /// One short line below the image; may be empty.
        public var caption: String
        /// What the image shows, for a pointer that rests on it.
        public var tooltip: String
        /// A frame, as for the true class.
        public var isMarked: Bool

        public init(_ image: Raster, caption: String = "", tooltip: String = "", isMarked: Bool = false) {
            (self.image, self.caption, self.tooltip, self.isMarked) = (image, caption, tooltip, isMarked)
        }
    }

    public var title: String
    public var description: String
    /// Rows of cells; nil leaves a place empty.
    public var rows: [[Cell?]]
    /// Beside the rows, and above the columns; either may be empty.
    public var rowLabels: [String] = []
    public var columnLabels: [String] = []
    public var width = 640.0
    /// No image is drawn larger than this.
    public var largestSide = 96.0

    public init(title: String, description: String, rows: [[Cell?]]) {
        (self.title, self.description, self.rows) = (title, description, rows)
    }

    /// - Throws: `PNGError` when libpng does.
    public func picture() throws(PNGError) -> Picture {
        let columns = max(1, rows.map(\.count).max() ?? 0)
        let left = rowLabels.isEmpty ? 2 : min(width * 0.3, (rowLabels.map { TextSize.width($0) }.max() ?? 0) + 12)
        let pitch = min(largestSide + 8, (width - left) / Double(columns))
        let side = pitch - 8
        let captionSize = pitch < 52 ? 9.0 : 11
        var y = columnLabels.isEmpty ? 4.0 : 22
        var nodes: [MarkupNode] = []
        for (j, label) in columnLabels.prefix(columns).enumerated() {
            let x = left + Double(j) * pitch + side / 2
            nodes.append(Drawing.text(label, at: SIMD2(x, 14), anchor: .middle, fill: .theme(.muted), size: captionSize))
        }
        for (i, row) in rows.enumerated() {
            let hasCaptions = row.contains { $0.map { !$0.caption.isEmpty } ?? false }
            var tallest = 0.0
            for (j, cell) in row.enumerated() {
                guard let cell else { continue }
                let x = left + Double(j) * pitch
                let ratio = Double(cell.image.height) / Double(cell.image.width)
                let (w, h) = ratio > 1 ? (side / ratio, side) : (side, side * ratio)
                tallest = max(tallest, h)
                let png = try cell.image.png()
                nodes.append(
                    Drawing.image(png, x: x, y: y, width: w, height: h, tooltip: cell.tooltip.isEmpty ? nil : cell.tooltip))
                nodes.append(
                    Drawing.rectangle(
                        x: x - 1, y: y - 1, width: w + 2, height: h + 2, fill: .none, stroke: .theme(cell.isMarked ? .accent : .line),
                        cornerRadius: 2))
                if cell.isMarked {
                    nodes.append(
                        Drawing.rectangle(
                            x: x - 2.5, y: y - 2.5, width: w + 5, height: h + 5, fill: .none, stroke: .theme(.accent), cornerRadius: 3))
                }
                if !cell.caption.isEmpty {
                    let at = SIMD2(x + w / 2, y + h + captionSize + 4)
                    nodes.append(
                        Drawing.text(
                            cell.caption, at: at, anchor: .middle, fill: .theme(cell.isMarked ? .ink : .muted), size: captionSize,
                            bold: cell.isMarked))
                }
            }
            if rowLabels.indices.contains(i) {
                nodes.append(Drawing.text(rowLabels[i], at: SIMD2(left - 10, y + tallest / 2 + 4), anchor: .end, fill: .theme(.muted)))
            }
            y += tallest + (hasCaptions ? captionSize + 14 : 8)
        }
        return Picture(
            width: left + Double(columns) * pitch, height: max(y, 8), title: title, description: description, content: nodes)
    }
}
