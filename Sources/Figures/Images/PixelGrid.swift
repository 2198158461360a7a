// Which pixels a polygon or a segment of the plane takes.

/// Pixels over a window of the plane: x to the right, y up, rows from the top.
public struct PixelGrid: Hashable, Sendable {
    public let window: Window
    public let width: Int
    public let height: Int

    /// A grid `width` pixels wide.
    ///
    /// - Parameter aspect: height over width; by default that of the window.
    public init(window: Window, width: Int, aspect: Double? = nil) {
        let height = Int((Double(width) * (aspect ?? window.height / window.width)).rounded())
        (self.window, self.width, self.height) = (window, width, min(max(1, height), 1 << 15))
    }

    /// The position in pixels; pixel (i, j) has its centre at (i + ½, j + ½).
    func position(_ point: SIMD2<Double>) -> SIMD2<Double> {
        let unit = window.unit(point)
        return SIMD2(unit.x * Double(width), (1 - unit.y) * Double(height))
    }

    /// Calls `body` with the row and the columns of the pixels whose centres lie in a convex polygon; of polygons that share an edge
    /// exactly one takes each pixel.
    ///
    /// A row's span runs from the smallest to the largest crossing with the line through the pixel centres, half-open; crossings
    /// of a shared edge are computed from the same ends in the same order, so they are the same numbers. O(height + pixels).
    func forEachSpan(of polygon: [SIMD2<Double>], _ body: (_ row: Int, _ columns: Range<Int>) -> Void) {
        let points = polygon.map(position)
        guard points.count >= 3, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return }
        let (top, bottom) = (points.map(\.y).min()!, points.map(\.y).max()!)
        let rows = max(0, pixelAfter(top))..<max(max(0, pixelAfter(top)), min(height, pixelAfter(bottom)))
        for row in rows {
            let y = Double(row) + 0.5
            var (left, right) = (Double.infinity, -Double.infinity)
            for (i, a) in points.enumerated() {
                let b = points[i + 1 == points.count ? 0 : i + 1]
                let (p, q) = a.y < b.y || (a.y == b.y && a.x < b.x) ? (a, b) : (b, a)
                guard p.y <= y, y < q.y else { continue }  // half-open, so that a vertex is crossed once
                let x = p.x + (q.x - p.x) * ((y - p.y) / (q.y - p.y))
                (left, right) = (min(left, x), max(right, x))
            }
            guard left < right else { continue }
            let (first, end) = (max(0, pixelAfter(left)), min(width, pixelAfter(right)))
            if first < end { body(row, first..<end) }
        }
    }

    /// Calls `body` with the row and the columns of the pixels of which a convex polygon takes some. O(height + pixels).
    func forEachSpan(metBy polygon: [SIMD2<Double>], _ body: (_ row: Int, _ columns: Range<Int>) -> Void) {
        let points = polygon.map(position)
        guard points.count >= 3, points.allSatisfy({ $0.x.isFinite && $0.y.isFinite }) else { return }
        func pixels(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
            let first = Int(min(max(low.rounded(.down), 0), Double(count)))
            return first..<max(first, Int(min(max(high.rounded(.up), 0), Double(count))))
        }
        for row in pixels(points.map(\.y).min()!, points.map(\.y).max()!, height) {
            // Where the polygon is widest between the row's borders: at one of its corners there, or on a border.
            let (top, bottom) = (Double(row), Double(row + 1))
            var (left, right) = (Double.infinity, -Double.infinity)
            for (i, a) in points.enumerated() {
                let b = points[i + 1 == points.count ? 0 : i + 1]
                if a.y >= top && a.y <= bottom { (left, right) = (min(left, a.x), max(right, a.x)) }
                for y in [top, bottom] where (a.y < y) != (b.y < y) && a.y != y && b.y != y {
                    let x = a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y))
                    (left, right) = (min(left, x), max(right, x))
                }
            }
            guard left <= right else { continue }
            let columns = pixels(left, right, width)
            if !columns.isEmpty { body(row, columns) }
        }
    }

    /// The first pixel whose centre is at or after `x`.
    private func pixelAfter(_ x: Double) -> Int { Int((min(max(x, -1), 65536) - 0.5).rounded(.up)) }

    /// Calls `body` with the pixels that a segment `thickness` pixels thick covers, and how much of each, by the distance of its centre.
    func forEachPixel(
        from a: SIMD2<Double>, to b: SIMD2<Double>, thickness: Double, _ body: (_ row: Int, _ column: Int, _ coverage: Double) -> Void
    ) {
        let (p, q) = (position(a), position(b))
        guard p.x.isFinite, p.y.isFinite, q.x.isFinite, q.y.isFinite else { return }
        let reach = thickness / 2 + 0.5
        let d = q - p
        let length2 = (d * d).sum()
        let rows = clamped(min(p.y, q.y) - reach, max(p.y, q.y) + reach, height)
        for row in rows {
            let y = Double(row) + 0.5
            // The part of the segment within reach of this row bounds the columns.
            var (t0, t1) = (0.0, 1.0)
            if d.y.magnitude > 1e-12 {
                let (u, v) = ((y - reach - p.y) / d.y, (y + reach - p.y) / d.y)
                (t0, t1) = (max(0, min(u, v)), min(1, max(u, v)))
                guard t0 <= t1 else { continue }
            }
            let (x0, x1) = (p.x + d.x * t0, p.x + d.x * t1)
            for column in clamped(min(x0, x1) - reach, max(x0, x1) + reach, width) {
                let c = SIMD2(Double(column) + 0.5, y) - p
                let t = length2 > 0 ? min(max((c * d).sum() / length2, 0), 1) : 0
                let offset = c - d * t
                let coverage = min(1, thickness, reach - (offset * offset).sum().squareRoot())
                if coverage > 0 { body(row, column, coverage) }
            }
        }
    }

    private func clamped(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
        let first = Int(min(max(low.rounded(.down), 0), Double(count)))
        return first..<max(first, Int(min(max(high.rounded(.up), 0), Double(count))))
    }
}
