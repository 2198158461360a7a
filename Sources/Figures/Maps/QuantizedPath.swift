// Compact paths: whole-number coordinates and relative steps, so that thousands of cells stay small as text.

/// Path data over a grid of `columns` whole steps across a window; y down, as SVG has it.
///
/// A vertex moves by at most half a step in each coordinate, and shared vertices move alike, so cells still fit together. The area of
/// a polygon of perimeter p and n vertices, in steps, changes by at most p/√2 + n/2.
public struct QuantizedPath: Sendable {
    public let window: Window
    public let columns: Int
    public let rows: Int
    public private(set) var data = ""

    public init(window: Window, columns: Int = 4000) {
        precondition(columns >= 1 && columns <= 1 << 20, "one to 2²⁰ steps")
        (self.window, self.columns) = (window, columns)
        rows = max(1, Int((Double(columns) * window.shownAspect).rounded()))
    }

    /// The grid point nearest to `point`; nil when it is not finite or absurdly far outside.
    public func quantized(_ point: SIMD2<Double>) -> SIMD2<Int>? {
        let unit = window.unit(point)
        let (x, y) = (unit.x * Double(columns), (1 - unit.y) * Double(rows))
        guard x.magnitude < 1e8, y.magnitude < 1e8 else { return nil }
        return SIMD2(Int(x.rounded()), Int(y.rounded()))
    }

    /// Adds a closed polygon. Returns false, adding nothing, when less than a triangle is left on the grid.
    @discardableResult
    public mutating func add(polygon: [SIMD2<Double>]) -> Bool {
        var points = distinct(polygon)
        while points.count > 1, points.first == points.last { points.removeLast() }
        guard points.count >= 3 else { return false }
        append(points)
        data += "z"
        return true
    }

    /// Adds an open line; a line that shrinks to a point adds nothing.
    @discardableResult
    public mutating func add(line: [SIMD2<Double>]) -> Bool {
        let points = distinct(line)
        guard points.count >= 2 else { return false }
        append(points)
        return true
    }

    private func distinct(_ points: [SIMD2<Double>]) -> [SIMD2<Int>] {
        points.reduce(into: []) { kept, point in
            if let grid = quantized(point), grid != kept.last { kept.append(grid) }
        }
    }

    private mutating func append(_ points: [SIMD2<Int>]) {
        data += "M\(points[0].x)"
        data += points[0].y < 0 ? "\(points[0].y)" : " \(points[0].y)"
        for i in 1..<points.count {
            let step = points[i] &- points[i - 1]
            data += i == 1 ? "l\(step.x)" : step.x < 0 ? "\(step.x)" : " \(step.x)"
            data += step.y < 0 ? "\(step.y)" : " \(step.y)"
        }
    }
}
