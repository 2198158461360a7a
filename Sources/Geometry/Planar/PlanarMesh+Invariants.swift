// What must always hold of a mesh, as a function that tests call after every step.

extension PlanarMesh {
    /// The first broken invariant in words, or `nil`: twins and links are inverse, loops keep to one cell, and Euler's V − E + F = 2.
    public func brokenInvariant() -> String? {
        for h in origin.indices {
            if previous[Int(next[h])] != Int32(h) { return "half-edge \(h): previous of next is \(previous[Int(next[h])])" }
            if cell[Int(next[h])] != cell[h] { return "half-edge \(h): next lies in cell \(cell[Int(next[h])]), not \(cell[h])" }
            if Int(origin[Int(next[h])]) != target(h) {
                return "half-edge \(h) ends at \(target(h)), next starts at \(origin[Int(next[h])])"
            }
            if origin[h] == origin[h ^ 1] { return "half-edge \(h) is a loop at \(origin[h])" }
        }
        for (c, h) in boundary.enumerated() where cell[Int(h)] != Int32(c) { return "cell \(c) names a half-edge of \(cell[Int(h)])" }
        for (v, h) in outgoing.enumerated() where origin[Int(h)] != Int32(v) { return "vertex \(v) names a half-edge of \(origin[Int(h)])" }
        let loops = (0..<cellCount).reduce(0) { $0 + halfEdges(of: $1).count }
        let inner = cell.count { $0 >= 0 }
        if loops != inner { return "cells have \(loops) sides, half-edges inside are \(inner)" }
        let euler = vertexCount - edgeCount + cellCount + 1
        return euler == 2 ? nil : "V − E + F is \(euler), expected 2"
    }
}
