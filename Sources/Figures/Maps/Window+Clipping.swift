// What of a shape lies in a window: for cells that go on for ever, and would be drawn with numbers that no viewer keeps.

extension Window {
    /// The part of a convex polygon within the window, corner by corner (Sutherland & Hodgman 1974); empty where there is none.
    public func clip(_ polygon: [SIMD2<Double>]) -> [SIMD2<Double>] {
        borders.reduce(polygon) { corners, inside in
            zip(corners, corners.dropFirst() + corners.prefix(1)).reduce(into: []) { kept, side in
                let (u, v) = (inside(side.0), inside(side.1))
                if u >= 0 { kept.append(side.0) }
                if (u < 0 && v > 0) || (u > 0 && v < 0) { kept.append(side.0 + (side.1 - side.0) * (u / (u - v))) }
            }
        }
    }

    /// The parts of a polyline within the window.
    public func clip(line: [SIMD2<Double>]) -> [[SIMD2<Double>]] {
        zip(line, line.dropFirst()).reduce(into: []) { parts, side in
            var (start, end) = (0.0, 1.0)
            for inside in borders {
                let (u, v) = (inside(side.0), inside(side.1))
                if u < 0 && v < 0 { return }
                if u < 0 { start = max(start, u / (u - v)) }
                if v < 0 { end = min(end, u / (u - v)) }
            }
            guard start < end else { return }
            let from = start == 0 ? side.0 : side.0 + (side.1 - side.0) * start
            let to = end == 1 ? side.1 : side.0 + (side.1 - side.0) * end
            if parts.last?.last == from { parts[parts.count - 1].append(to) } else { parts.append([from, to]) }
        }
    }

    /// Functions that are not negative on the window, one for each of its borders.
    private var borders: [(SIMD2<Double>) -> Double] {
        [{ $0.x - low.x }, { high.x - $0.x }, { $0.y - low.y }, { high.y - $0.y }]
    }
}
