// Where the largest output changes, or the single output's sign: the same cutting once more, on the outputs (THEORY §8).

import Geometry

/// The decision boundary on a planar domain, and the regions of the classes that it bounds.
///
/// The class is the first largest output; of a single output 0 is «not positive» and 1 «positive». So where outputs are equal on a whole
/// cell, the cell is the first one's, and a line along which outputs touch without changing places is no boundary: `isAmbiguous` tells.
public struct DecisionBoundary: Sendable {
    /// Where the class changes: `left` and `right` are the classes there.
    public let curve: DividingCurve
    /// Whether outputs tie elsewhere too: on a whole cell, along a line without changing sides, or along the domain's border.
    public let isAmbiguous: Bool
    /// Whether it goes on behind the horizon of the whole plane.
    public let isUnbounded: Bool
    /// The domain divided by cells and classes: for each part its corners (counter-clockwise), its class and the cell it lies in.
    public let parts: [Part]
    /// The common sides of parts.
    public let sides: [Side]
    /// Every class's region, also of those that win nowhere.
    public let regions: [LabelledRegion]

    /// The sum of the polylines' lengths; ∞ where unbounded.
    public var length: Double { isUnbounded ? .infinity : curve.length }

    public struct Part: Sendable {
        public let vertices: [SIMD2<Double>]
        public let classIndex: Int
        public let cell: Int
    }

    /// Where two parts meet, going from start to end with `left` to the left.
    public struct Side: Sendable {
        public let start: SIMD2<Double>
        public let end: SIMD2<Double>
        public let left: Int
        public let right: Int
    }
}

extension PlanarPartition {
    /// The set where the largest output changes (several outputs), or the output's sign (one output).
    public func decisionBoundary() -> DecisionBoundary {
        var divided = subdivision
        divided.takeClasses()
        let mesh = divided.mesh
        let classes = (0..<mesh.cellCount).map { divided.history.levels[divided.history.levels.count - 1].code(0, of: $0) }
        let parts = (0..<mesh.cellCount).map { part in
            DecisionBoundary.Part(
                vertices: mesh.vertices(of: part).map { divided.position($0) }, classIndex: classes[part], cell: Int(divided.parents[part]))
        }
        let sides = (0..<mesh.edgeCount).compactMap { edge -> DecisionBoundary.Side? in
            let (left, right) = mesh.cells(of: edge)
            guard left >= 0, right >= 0 else { return nil }
            return DecisionBoundary.Side(
                start: divided.position(Int(mesh.origin[2 * edge])), end: divided.position(mesh.target(2 * edge)), left: Int(left),
                right: Int(right))
        }
        let curve = divided.curve(between: classes)
        // Interior vertices lie at half the horizon at most, those on its border exactly there.
        let isUnbounded = horizon.map { far in
            curve.polylines.contains { $0.points.contains { max(abs($0.x), abs($0.y)) >= far } }
        }
        return DecisionBoundary(
            curve: curve, isAmbiguous: divided.hasIdleTie(classes), isUnbounded: isUnbounded ?? false, parts: parts, sides: sides,
            regions: divided.regions(of: classes, among: max(program.outputCount, 2), isWhole: horizon != nil))
    }
}

extension PiecewiseAffineProgram {
    /// The step whose code is the class: the sign of a single output, or the largest of several.
    var classStep: Step {
        outputCount == 1 ? .pieces(source: last, pieces: [.relu]) : .maximum(source: last, groups: [Group(members: Array(0..<outputCount))])
    }

    /// The program with its class as one more nonlinearity, so that cells are divided by class.
    package func withClass() throws(PartitionError) -> PiecewiseAffineProgram {
        var classified = self
        try classified.append(classStep)
        return classified
    }
}

extension PlanarSubdivision {
    /// Divides by the sign of the one output, or by the largest of several, as one more level.
    fileprivate mutating func takeClasses() {
        switch program.classStep {
        case .pieces(let source, let pieces, _): takePieces(source, pieces)
        case .maximum(let source, let groups): takeMaxima(source, groups)
        case .affine: break
        }
    }

    /// Whether outputs tie where the class does not change: on a whole part, or along an edge with the same class, or nothing, beyond.
    fileprivate mutating func hasIdleTie(_ classes: [Int]) -> Bool {
        for part in 0..<mesh.cellCount {
            let sides = mesh.halfEdges(of: part)
            let rivals = program.outputCount == 1 ? [-1] : (0..<program.outputCount).filter { $0 != classes[part] }
            for rival in rivals {
                let open = sides.map { mayTie(classes[part], rival, at: Int(mesh.origin[$0])) }
                guard open.contains(true) else { continue }
                if !open.contains(false), sides.allSatisfy({ ties(part, classes[part], rival, at: Int(mesh.origin[$0])) }) { return true }
                for (i, side) in sides.enumerated() where open[i] && open[(i + 1) % sides.count] {
                    let beyond = mesh.cell[side ^ 1]
                    let changes =
                        beyond >= 0 && (program.outputCount == 1 ? classes[Int(beyond)] != classes[part] : classes[Int(beyond)] == rival)
                    let ends = [Int(mesh.origin[side]), mesh.target(side)]
                    if !changes, ends.allSatisfy({ ties(part, classes[part], rival, at: $0) }) { return true }
                }
            }
        }
        return false
    }

    /// Whether Doubles leave it open that a class ties with a rival (−1: with 0) at a vertex.
    func mayTie(_ winner: Int, _ rival: Int, at vertex: Int) -> Bool {
        let table = tables[program.last]!
        if rival < 0 { return abs(table.value(0, at: vertex)) <= table.bound(0, at: vertex) }
        let difference = table.value(winner, at: vertex) - table.value(rival, at: vertex)
        return abs(difference) <= (table.bound(winner, at: vertex) + table.bound(rival, at: vertex)) * (1 + 0x1p-50)
    }

    /// Whether they do, in exact arithmetic.
    private mutating func ties(_ part: Int, _ winner: Int, _ rival: Int, at vertex: Int) -> Bool {
        let cell = Int(parents[part])
        let level = history.levels.count - 1
        let form = outputForm(max(winner, 0), of: cell, at: level, minus: rival)
        return form.sign(at: point(vertex)) == 0
    }
}
