// What must hold of every planar partition, as a function that tests call.

import Geometry

extension PlanarPartition {
    /// The first broken invariant in words, or `nil`: the mesh's own, and every cell's corners round it counter-clockwise.
    public func brokenInvariant() -> String? {
        if let broken = subdivision.mesh.brokenInvariant() { return broken }
        for cell in cells where cell.area < 0 { return "cell \(cell.index) has area \(cell.area)" }
        return nil
    }
}
