// Cells divided by class, block by block: each block knows how its parts hang together inside it, and keeps of them only its border. Sides of
// borders are matched, each with the same one of the block beyond, as soon as that must have gone by, and then forgotten; what they knew
// together is the whole.
//
// A partition's cells meet along whole sides: where a line ends at a block's border, the function that is 0 on it changes its sign there,
// and so it does beyond. So every side of a border is a side of another block too, with the same two ends, in the other direction.

import Geometry

/// The parts of a partition divided by class as patches: the connected parts of one class in blocks, and the sides where blocks meet.
struct ClassPatches: Sendable {
    /// A vertex on the border of a block, as that block knows it.
    struct Vertex: Sendable {
        let place: SIMD2<Double>
        /// Added to that it is where it is exactly, but for the error in each coordinate: 0 until it is known better.
        let shift: SIMD2<Double>
        let error: Double
        /// Whether it was sought in pairs of Doubles.
        let isInPairs: Bool
        /// Where it is exactly, if that was asked for.
        let point: ExactPoint?
        var corner: Int32
    }

    /// Better than as blocks put it.
    enum Precision {
        case pairOfDoubles
        case exact
    }

    /// What blocks know together of a vertex that they share, as far as their sides are matched.
    struct Corner: Sendable {
        /// The class of the parts round it; −1 if they differ.
        var label: Int32
        var isOnBorder: Bool
    }

    /// A side of a block's border, its patch to the left.
    struct Side: Sendable {
        var start: Int32
        var end: Int32
        var patch: Int32
        /// As `CellBlock.borderDepths` has it; `handedOn` once what lies beyond must have gone by.
        var depth: Int32

        static let handedOn = Int32.max
    }

    /// A patch that reaches the border of what has gone by.
    struct Patch: Sendable {
        let label: Int32
        var isOnBorder = false
    }

    /// A side along which outputs tie, which must be the boundary: where the class beyond is `rival`, or of a single output another one.
    struct Tie: Sendable {
        var side: Int32
        let rival: Int32
    }

    /// Vertices beyond which borders take too much memory, and those among which sides are first looked for.
    private static let (vertexLimit, firstSettledCount) = (40_000_000, 512)
    /// Vertices that may be further from their places than a share of the domain's size are put in pairs of Doubles: on a block's border, for
    /// many others may be near them; and sooner where classes meet, for lengths and areas are measured between them.
    private static let (looseness, measuredLooseness) = (0x1p-20, 0x1p-30)

    let classCount: Int
    /// The classes whose outputs are those of other ones everywhere.
    let twins: Set<Int>
    /// The largest coordinate in the domain, and the domain's size.
    let extent: Double
    let size: Double
    /// How well vertices put there are to be known.
    let precisions: [SIMD2<Double>: Precision]

    /// Of sides between two classes, as far as they lie inside blocks or are matched: how many, and their length.
    var changeCount = 0
    var length = 0.0
    /// Vertices where classes meet, about which all is known.
    var changeVertexCount = 0
    /// For each class its area; parts less common sides plus vertices inside it; connected parts that are known whole, those that do not
    /// reach the domain's border and those that do.
    private(set) var areas: [Double]
    var euler: [Int]
    var innerCounts: [Int]
    var outerCounts: [Int]
    var isAmbiguous = false

    // What sides that are not matched are about.
    var vertices: [Vertex] = []
    var corners: [Corner] = []
    var sides: [Side] = []
    var patches: [Patch] = []
    var ties: [Tie] = []
    /// Where tiles of some depth were finished, by the number of sides at the time.
    var finished: [(sideCount: Int, depth: Int32)] = []
    private var nextSettledCount = ClassPatches.firstSettledCount
    private(set) var isTooLarge = false

    init(classCount: Int, twins: Set<Int>, polygon: [SIMD2<Double>], precisions: [SIMD2<Double>: Precision]) {
        (self.classCount, self.twins, self.precisions) = (classCount, twins, precisions)
        (extent, size) = (polygon.reduce(0) { max($0, abs($1.x), abs($1.y)) }, PlanarSubdivision.size(of: polygon))
        areas = [Double](repeating: 0, count: classCount)
        euler = [Int](repeating: 0, count: classCount)
        (innerCounts, outerCounts) = (euler, euler)
    }

    mutating func merge(_ other: ClassPatches) {
        changeCount += other.changeCount
        length += other.length
        changeVertexCount += other.changeVertexCount
        for label in 0..<classCount {
            areas[label] += other.areas[label]
            euler[label] += other.euler[label]
            innerCounts[label] += other.innerCounts[label]
            outerCounts[label] += other.outerCounts[label]
        }
        isAmbiguous = isAmbiguous || other.isAmbiguous
        let (firstVertex, firstCorner) = (Int32(vertices.count), Int32(corners.count))
        let (firstPatch, firstSide) = (Int32(patches.count), Int32(sides.count))
        for var vertex in other.vertices {
            vertex.corner += firstCorner
            vertices.append(vertex)
        }
        corners += other.corners
        patches += other.patches
        for side in other.sides {
            sides.append(
                Side(start: side.start + firstVertex, end: side.end + firstVertex, patch: side.patch + firstPatch, depth: side.depth))
        }
        for tie in other.ties { ties.append(Tie(side: tie.side + firstSide, rival: tie.rival)) }
        isTooLarge = isTooLarge || other.isTooLarge
        forgetIfVain()
    }

    /// Sides are of no use where there are too many.
    private mutating func forgetIfVain() {
        isTooLarge = isTooLarge || vertices.count > ClassPatches.vertexLimit
        if isTooLarge { (vertices, corners, sides, patches, ties, finished) = ([], [], [], [], [], []) }
    }

    /// Takes a block of cells divided by class.
    mutating func add(_ block: CellBlock) {
        if isTooLarge { return }
        finished.append((sides.count, block.finishedDepth))
        let labels = block.classes
        if !twins.isEmpty { isAmbiguous = isAmbiguous || labels.contains { twins.contains($0) } }
        let mesh = BlockMesh(block)
        var sets = DisjointSets(count: labels.count)
        for label in labels { euler[label] += 1 }
        let crossings = crossings(block, mesh, labels)
        var positions = block.positions
        for (v, crossing) in crossings { positions[v] = crossing.rounded.place }
        for (cell, label) in labels.enumerated() {
            let corners = block.corners[Int(block.starts[cell])..<Int(block.starts[cell + 1])]
            areas[label] += ConvexPolygon(corners.map { positions[Int($0)] }).area
        }
        for h in mesh.twins.indices {
            let t = mesh.twins[h]
            guard t > h else { continue }
            let (left, right) = (Int(mesh.cells[h]), Int(mesh.cells[t]))
            if labels[left] == labels[right] {
                sets.unite(left, right)
                euler[labels[left]] -= 1
            } else {
                changeCount += 1
                let way = positions[mesh.end(h)] - positions[mesh.origin(h)]
                length += (way * way).sum().squareRoot()
            }
        }

        // Of every vertex its class; of those on the block's border, their numbers.
        var vertexLabels = [Int32](repeating: -2, count: block.positions.count)
        var onBorder = [UInt8](repeating: 0, count: block.positions.count)
        var patchNumbers = [Int32](repeating: -1, count: labels.count)
        for h in mesh.twins.indices {
            let (v, cell) = (mesh.origin(h), Int(mesh.cells[h]))
            let label = Int32(truncatingIfNeeded: labels[cell])
            vertexLabels[v] = vertexLabels[v] == -2 || vertexLabels[v] == label ? label : -1
            guard mesh.twins[h] < 0 else { continue }
            let kind: UInt8 = mesh.isOnDomainBorder(h) ? 3 : 1
            onBorder[v] |= kind
            onBorder[mesh.end(h)] |= kind
            let root = sets.root(cell)
            if patchNumbers[root] < 0 {
                patchNumbers[root] = Int32(truncatingIfNeeded: patches.count)
                patches.append(Patch(label: label))
            }
            if kind == 3 { patches[Int(patchNumbers[root])].isOnBorder = true }
        }
        for cell in labels.indices where sets.root(cell) == cell && patchNumbers[cell] < 0 { innerCounts[labels[cell]] += 1 }
        var numbers = [Int32](repeating: -1, count: block.positions.count)
        for (v, label) in vertexLabels.enumerated() where label != -2 {
            if onBorder[v] == 0 {
                if label < 0 { changeVertexCount += 1 } else { euler[Int(label)] += 1 }
                continue
            }
            numbers[v] = Int32(truncatingIfNeeded: vertices.count)
            vertices.append(vertex(v, block, mesh, crossings[v]))
            corners.append(Corner(label: label, isOnBorder: onBorder[v] == 3))
        }
        var sideNumbers: [Int: Int32] = [:]
        let ties = block.mayTie && !isAmbiguous ? block.ties(mesh, labels) : .some([])
        for h in mesh.twins.indices where mesh.twins[h] < 0 && !mesh.isOnDomainBorder(h) {
            if !(ties ?? []).isEmpty { sideNumbers[h] = Int32(truncatingIfNeeded: sides.count) }
            sides.append(
                Side(
                    start: numbers[mesh.origin(h)], end: numbers[mesh.end(h)], patch: patchNumbers[sets.root(Int(mesh.cells[h]))],
                    depth: block.borderDepths[h]))
        }
        if let ties {
            for tie in ties { self.ties.append(Tie(side: sideNumbers[tie.halfEdge]!, rival: Int32(truncatingIfNeeded: tie.rival))) }
        } else {
            isAmbiguous = true
        }
        forgetIfVain()
        if vertices.count > nextSettledCount {
            settle()
            nextSettledCount = max(ClassPatches.firstSettledCount, 2 * vertices.count)
        }
    }

    /// Vertices where classes meet, as far as their places are loose, in pairs of Doubles.
    ///
    /// Across a block's border classes are not known yet, but they change along the last nonlinearity's lines; where they do along others
    /// too, outputs tie there by a coincidence.
    private func crossings(_ block: CellBlock, _ mesh: BlockMesh, _ labels: [Int]) -> [Int: LongForm.Crossing] {
        var crossings: [Int: LongForm.Crossing] = [:]
        let tolerance = ClassPatches.measuredLooseness * size
        var isKnown = block.errors.map { $0 <= tolerance }
        for h in mesh.twins.indices {
            let twin = mesh.twins[h]
            let isMeasured =
                twin < 0
                ? mesh.level(h) == block.network.layerCount - 1 : twin > h && labels[Int(mesh.cells[h])] != labels[Int(mesh.cells[twin])]
            guard isMeasured else { continue }
            let (start, end) = (mesh.origin(h), mesh.end(h))
            if isKnown[start] && isKnown[end] { continue }
            for v in [start, end] where !isKnown[v] {
                isKnown[v] = true
                if let known = mesh.longPlace(of: v, in: block), known.error < block.errors[v] { crossings[v] = known }
            }
        }
        return crossings
    }

    /// A vertex that is to have the next corner.
    ///
    /// - Parameter crossing: where it is in pairs of Doubles, if that is known already.
    private func vertex(_ v: Int, _ block: CellBlock, _ mesh: BlockMesh, _ crossing: LongForm.Crossing?) -> Vertex {
        let (place, error) = (block.positions[v], block.errors[v])
        let precision = precisions[place]
        let isInPairs = crossing != nil || precision != nil || error > ClassPatches.looseness * size
        var better: (shift: SIMD2<Double>, error: Double, point: ExactPoint?)?
        if precision == .exact, let point = mesh.exactPoint(of: v, in: block) {
            better = (SIMD2((point[0] - Rational(place.x)).doubleValue, (point[1] - Rational(place.y)).doubleValue), 0, point)
        } else if isInPairs, let known = crossing ?? mesh.longPlace(of: v, in: block), known.error < error {
            let shift = SIMD2((known.place[0] - Dyadic(place.x)).doubleValue, (known.place[1] - Dyadic(place.y)).doubleValue)
            better = (shift, known.error, nil)
        }
        let rounding = better.map { 0x1p-52 * max(abs($0.shift.x), abs($0.shift.y)) + 0x1p-1060 }
        return Vertex(
            place: place, shift: better?.shift ?? .zero, error: (better?.error ?? error) + (rounding ?? 0), isInPairs: isInPairs,
            point: better?.point, corner: Int32(truncatingIfNeeded: corners.count))
    }
}

/// The half-edges of a block: one for each corner of a cell, to the next corner.
struct BlockMesh {
    private let origins: [Int32]
    private let nexts: [Int32]
    let cells: [Int32]
    /// The same edge from the other side; −1 on the block's border.
    let twins: [Int]
    private let sides: [Int32]
    private let lines: [Line]

    init(_ block: CellBlock) {
        (origins, sides, lines) = (block.corners, block.sides, block.lines)
        var (nexts, cells) = ([Int32](), [Int32]())
        for cell in 0..<block.count {
            for h in block.starts[cell]..<block.starts[cell + 1] {
                nexts.append(h + 1 < block.starts[cell + 1] ? h + 1 : block.starts[cell])
                cells.append(Int32(truncatingIfNeeded: cell))
            }
        }
        // The half-edges from each vertex, one after the other.
        var firsts = [Int](repeating: 0, count: block.positions.count + 1)
        for v in origins { firsts[Int(v) + 1] += 1 }
        for v in 0..<block.positions.count { firsts[v + 1] += firsts[v] }
        var (places, outgoing) = (firsts, [Int](repeating: 0, count: origins.count))
        for (h, v) in origins.enumerated() {
            outgoing[places[Int(v)]] = h
            places[Int(v)] += 1
        }
        var twins = [Int](repeating: -1, count: origins.count)
        for h in origins.indices {
            let end = Int(origins[Int(nexts[h])])
            for place in firsts[end]..<firsts[end + 1] where origins[Int(nexts[outgoing[place]])] == origins[h] {
                twins[h] = outgoing[place]
            }
        }
        (self.nexts, self.cells, self.twins) = (nexts, cells, twins)
    }

    func origin(_ h: Int) -> Int { Int(origins[h]) }
    func next(_ h: Int) -> Int { Int(nexts[h]) }
    func end(_ h: Int) -> Int { Int(origins[Int(nexts[h])]) }
    /// The nonlinearity that cut along a side; −1 of the domain's border.
    func level(_ h: Int) -> Int { lines[Int(sides[h])].level }
    func isOnDomainBorder(_ h: Int) -> Bool { level(h) < 0 }

    /// Where a vertex is exactly.
    func exactPoint(of vertex: Int, in block: CellBlock) -> ExactPoint? {
        corner(vertex, in: block).map { corner in
            var subdivision = PlanarSubdivision(of: block.network.program, on: corner.cell)
            return subdivision.point(corner.index)
        }
    }

    /// Where a vertex is in pairs of Doubles, and how far from there it may be; `nil` where that is open.
    func longPlace(of vertex: Int, in block: CellBlock) -> LongForm.Crossing? {
        corner(vertex, in: block).flatMap { corner in
            let (cell, count) = (corner.cell, corner.cell.lines.count)
            let forms = [(corner.index + count - 1) % count, corner.index].map { side in
                LongForm(of: cell.lines[side], in: block.network.program) { Int(cell.codes[$0][$1]) }
            }
            return LongForm.crossing(forms[0], forms[1])
        }
    }

    /// A cell of which a vertex is a corner: two sides on different lines meet there.
    private func corner(_ vertex: Int, in block: CellBlock) -> (cell: PlanarCell, index: Int)? {
        for h in origins.indices where origin(h) == vertex {
            let (cell, first) = (block.cell(Int(cells[h])), Int(block.starts[Int(cells[h])]))
            let kept = PlanarCell.corners(of: cell.sideLines)
            guard let index = kept.firstIndex(of: h - first), kept.count > 2 else { continue }
            return (cell.exactly, index)
        }
        return nil
    }
}

extension CellBlock {
    fileprivate func cell(_ index: Int) -> Cell { Cell(block: self, index: index) }

    /// The last nonlinearity's first code of every cell: the class, where cells are divided by class.
    fileprivate var classes: [Int] {
        let place = network.codeStarts[network.layerCount - 1]
        var classes = [Int](repeating: Int(codes.shared[place]), count: count)
        for (i, entry) in codes.units.enumerated() where entry.unit == place {
            for cell in 0..<count where codes.has(i, cell: cell) { classes[cell] += entry.delta }
        }
        return classes
    }

    /// The half-edges of the block's border along which the class of their cell ties with another one, or a single output is 0 (rival −1);
    /// `nil` where outputs tie inside the block and no class changes, or along the domain's border.
    fileprivate func ties(_ mesh: BlockMesh, _ labels: [Int]) -> [(halfEdge: Int, rival: Int)]? {
        let program = network.program
        let outputs = program.prefix(steps: program.steps.count - 1)
        let outputCount = network.original.counts[network.original.last - 1]
        let classes = network.twinless.classes[outputs.last]
        var ties: [(halfEdge: Int, rival: Int)] = []
        for (cell, winner) in labels.enumerated() {
            let whole = self.cell(cell).exactly
            var subdivision = PlanarSubdivision(of: outputs, on: whole.prefix(network.layerCount - 1))
            subdivision.run(from: outputs.steps.count)
            let kept = PlanarCell.corners(of: self.cell(cell).sideLines)
            let own = outputCount == 1 ? 0 : Int(classes[winner])
            for rival in outputCount == 1 ? [-1] : (0..<outputCount).filter({ Int(classes[$0]) != own }) {
                let other = rival < 0 ? -1 : Int(classes[rival])
                let ending = kept.indices.map { corner in
                    subdivision.mayTie(own, other, at: corner)
                        && subdivision.outputForm(own, of: 0, at: network.layerCount - 1, minus: other).sign(at: subdivision.point(corner))
                            == 0
                }
                if !ending.contains(false) { return nil }
                for i in kept.indices where ending[i] && ending[(i + 1) % kept.count] {
                    // The side, which neighbours may divide.
                    let first = Int(starts[cell])
                    var h = first + kept[i]
                    while h != first + kept[(i + 1) % kept.count] {
                        let twin = mesh.twins[h]
                        if twin < 0 {
                            if mesh.isOnDomainBorder(h) { return nil }
                            ties.append((h, rival))
                        } else {
                            let beyond = labels[Int(mesh.cells[twin])]
                            if rival < 0 ? beyond == winner : beyond != rival { return nil }
                        }
                        h = mesh.next(h)
                    }
                }
            }
        }
        return ties
    }
}
