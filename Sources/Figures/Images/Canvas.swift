// Drawing into pixels, for partitions of too many cells to be shapes of their own.

/// A raster with a window of the plane on it: x to the right, y up.
public struct Canvas: Sendable {
    public private(set) var raster: Raster
    private let grid: PixelGrid

    /// A canvas `width` pixels wide whose height keeps the window's proportions.
    public init(window: Window, width: Int, aspect: Double? = nil, background: Color = .white) {
        grid = PixelGrid(window: window, width: width, aspect: aspect)
        raster = Raster(width: width, height: grid.height, fill: background)
    }

    /// Fills the pixels whose centres lie in a convex polygon; of polygons that share an edge exactly one takes each pixel.
    public mutating func fill(_ polygon: [SIMD2<Double>], _ color: Color) {
        grid.forEachSpan(of: polygon) { row, columns in
            var i = 3 * (row * raster.width + columns.lowerBound)
            for _ in columns {
                (raster.bytes[i], raster.bytes[i + 1], raster.bytes[i + 2]) = (color.red, color.green, color.blue)
                i += 3
            }
        }
    }

    /// The pixel in column `x`, row `y` from the top.
    subscript(x: Int, y: Int) -> Color {
        get { raster[x, y] }
        set { raster[x, y] = newValue }
    }

    /// Draws a segment `thickness` pixels thick, its edges smoothed by the distance of pixel centres.
    public mutating func draw(from a: SIMD2<Double>, to b: SIMD2<Double>, _ color: Color, thickness: Double = 1, opacity: Double = 1) {
        grid.forEachPixel(from: a, to: b, thickness: thickness) { row, column, coverage in
            raster[column, row] = raster[column, row].mixed(with: color, coverage * opacity)
        }
    }
}
