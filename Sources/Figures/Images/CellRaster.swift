// A map of cells drawn while they come, in any order and by several threads, of any number of them: what is kept is pixels.

/// For every pixel the label of the cell that holds its centre, and how much of it outlines and lines cover.
///
/// Cells are disjoint and coverage is a maximum, so the order of drawing changes nothing, to the last bit.
public struct CellRaster: Sendable {
    /// The label of pixels without a cell.
    public static let empty = UInt16.max

    public let grid: PixelGrid
    private var labels: [UInt16]
    private var outlines: [UInt8]
    private var lines: [UInt8]

    public init(_ grid: PixelGrid) {
        self.grid = grid
        labels = [UInt16](repeating: CellRaster.empty, count: grid.width * grid.height)
        outlines = [UInt8](repeating: 0, count: labels.count)
        lines = outlines
    }

    /// Adds a cell with its outline, `thickness` pixels thick; 0 draws none.
    ///
    /// - Precondition: the label is not `empty`.
    public mutating func add(_ polygon: [SIMD2<Double>], label: UInt16, thickness: Double) {
        precondition(label != CellRaster.empty, "label \(label) is that of pixels without a cell")
        grid.forEachSpan(of: polygon) { row, columns in
            for column in columns { labels[row * grid.width + column] = label }
        }
        guard thickness > 0 else { return }
        for (i, a) in polygon.enumerated() {
            let b = polygon[i + 1 == polygon.count ? 0 : i + 1]
            grid.forEachPixel(from: a, to: b, thickness: thickness) { row, column, coverage in
                let place = row * grid.width + column
                outlines[place] = max(outlines[place], UInt8((coverage * 255).rounded()))
            }
        }
    }

    /// Adds a line that stands out.
    public mutating func add(lineFrom a: SIMD2<Double>, to b: SIMD2<Double>, thickness: Double) {
        grid.forEachPixel(from: a, to: b, thickness: thickness) { row, column, coverage in
            let place = row * grid.width + column
            lines[place] = max(lines[place], UInt8((coverage * 255).rounded()))
        }
    }

    /// Takes in what was drawn on another raster of the same grid.
    public mutating func merge(_ other: CellRaster) {
        precondition(grid == other.grid, "rasters of different grids")
        for i in labels.indices {
            if labels[i] == CellRaster.empty { labels[i] = other.labels[i] }
            outlines[i] = max(outlines[i], other.outlines[i])
            lines[i] = max(lines[i], other.lines[i])
        }
    }

    /// The least and the largest label drawn; `nil` of an empty raster.
    public var labelRange: ClosedRange<UInt16>? {
        let drawn = labels.lazy.filter { $0 != CellRaster.empty }
        guard let low = drawn.min(), let high = drawn.max() else { return nil }
        return low...high
    }

    /// The picture, each cell in the colour of its label, outlines and lines dark. With `counts` a colour is the paler or darker the fewer or
    /// more cells its pixel meets.
    ///
    /// - Precondition: the counts' grid is as large, or a whole number of times as coarse.
    public func raster(
        background: Color = .white, outlineOpacity: Double, counts: CellCounts? = nil, _ color: (UInt16) -> Color
    ) -> Raster {
        var raster = Raster(width: grid.width, height: grid.height, fill: background)
        var known: [UInt16: Color] = [:]
        let factor = counts.map { grid.width / $0.grid.width } ?? 1
        precondition(
            counts.map { $0.grid.width * factor == grid.width && $0.grid.height * factor == grid.height } ?? true,
            "the counts' pixels are not made of these")
        let shares = counts?.shares
        for i in labels.indices {
            var pixel = background
            if labels[i] != CellRaster.empty {
                if known[labels[i]] == nil { known[labels[i]] = color(labels[i]) }
                pixel = known[labels[i]]!
                if let shares, let counts {
                    let (row, column) = (i / grid.width / factor, i % grid.width / factor)
                    pixel = CellCounts.shaded(pixel, shares[row * counts.grid.width + column])
                }
            }
            if outlines[i] > 0 { pixel = pixel.mixed(with: PolygonMap.edge, Double(outlines[i]) / 255 * outlineOpacity) }
            if lines[i] > 0 { pixel = pixel.mixed(with: PolygonMap.edge, Double(lines[i]) / 255) }
            (raster.bytes[3 * i], raster.bytes[3 * i + 1], raster.bytes[3 * i + 2]) = (pixel.red, pixel.green, pixel.blue)
        }
        return raster
    }
}
