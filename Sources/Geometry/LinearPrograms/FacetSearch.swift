// Which of many inequalities bound a convex set, and which are implied by the others (Clarkson 1994): a row is a facet where a ray from
// inside meets it first; it is redundant where it is a combination of facets with multipliers ≥ 0. Both are certificates, checked apart
// from the linear programs that find them.

/// The search for the facets of halfspaces around an interior point.
public struct FacetSearch: Sendable {
    /// What is known of the rows; each is in one list, but for those without a slope, which are in none.
    public struct Answer: Sendable {
        /// Rows met first by a ray from inside: each bounds the set. Ascending.
        public fileprivate(set) var facets: [Int] = []
        /// Rows that the facets imply.
        public fileprivate(set) var redundant: [Int] = []
        /// Rows that a stop or rounding left open.
        public fileprivate(set) var undecided: [Int] = []
        /// For each facet the direction of a ray from the interior point that leaves through it, inside every other row.
        public fileprivate(set) var directions: [Int: [Double]] = [:]
        /// Whether certificates were checked in exact fractions throughout.
        public fileprivate(set) var isExact: Bool

        /// Whether every row was decided.
        public var isComplete: Bool { undecided.isEmpty }
    }

    private let rows: Halfspaces
    /// The rows exactly; without them certificates hold to rounding.
    private let exact: ExactRows?
    private let interior: [Double]
    /// Rows' values at the interior point, with bounds.
    private let slacks: [(value: Double, bound: Double)]
    private var isFacet: [Bool]
    private var isRedundant: [Bool]
    private var answer: Answer
    private var random = SmallRandom()
    /// Rows by their distance from the interior point, bounded from below: no ray meets a row sooner.
    private var nearestFirst: [(row: Int, distance: Double)] = []

    /// - Parameters:
    ///   - interior: a point strictly inside every row.
    ///   - forms: the same rows exactly; without them certificates hold to rounding.
    public init(_ rows: Halfspaces, around interior: [Double], forms: [AffineForm]? = nil) {
        let exact = forms.map { ExactRows(forms: $0, interior: ExactPoint(interior)) }
        (self.rows, self.interior, self.exact) = (rows, interior, exact)
        slacks = (0..<rows.count).map { row in
            guard let exact else { return rows.value(row, at: interior) }
            let value = exact.value(row).doubleValue
            return (value, abs(value) * 0x1p-52)
        }
        for row in 0..<rows.count where rows.norms[row] > 0 {
            nearestFirst.append((row, (slacks[row].value - slacks[row].bound) / rows.norms[row] * (1 - 0x1p-40)))
        }
        nearestFirst.sort { $0.distance < $1.distance }
        isFacet = [Bool](repeating: false, count: rows.count)
        isRedundant = isFacet
        answer = Answer(isExact: forms != nil)
    }

    /// The rows in fractions.
    private struct ExactRows {
        let forms: [AffineForm]
        let interior: ExactPoint

        func slope(_ row: Int) -> [Rational] { forms[row].slope }
        func offset(_ row: Int) -> Rational { Rational(forms[row].coefficients[forms[row].dimension]) }
        /// At the interior point.
        func value(_ row: Int) -> Rational { forms[row].value(at: interior) }
        /// Slopes and offset in coordinates around the interior point.
        func around(_ row: Int) -> [Rational] { slope(row) + [value(row)] }
    }

    /// The facets found so far as a linear program, in coordinates around the interior point.
    private struct Known {
        let program: SimplexProgram
        /// The length that is 1 in the program.
        let unit: Double
        /// In the order of the program's rows, of which it has the first few until it is solved.
        var members: [Int] = []

        init(dimension: Int, unit: Double) {
            self.unit = unit
            let free = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
            program = SimplexProgram(
                variables: [ClosedRange<Double>](repeating: free, count: dimension), objective: [Double](repeating: 0, count: dimension))
        }

        func solve(_ rows: Halfspaces, _ slacks: [(value: Double, bound: Double)], seconds: Double) -> SimplexProgram.Outcome {
            for row in members[program.rowCount...] {
                program.append(slope: rows.slope(row).map { $0 * unit / slacks[row].value }, offset: 1)
            }
            return program.solve(seconds: seconds)
        }
    }

    /// Decides row after row, nearest first.
    ///
    /// - Parameters:
    ///   - secondsLeft: how long a linear program may still take.
    ///   - isDone: told how many rows are decided, of how many; `true` stops the search.
    public mutating func run(
        secondsLeft: () -> Double = { .infinity }, until isDone: (_ decided: Int, _ total: Int) -> Bool = { _, _ in false }
    ) -> Answer {
        let order = distinctRows().sorted { slacks[$0].value / rows.norms[$0] < slacks[$1].value / rows.norms[$1] }
        let unit = order.first.map { max(slacks[$0].value / rows.norms[$0], 1e-300) } ?? 1
        var known = Known(dimension: rows.dimension, unit: unit)
        // Rays towards rows' nearest points find most facets without a linear program.
        for row in order where !isFacet[row] && !isRedundant[row] {
            if isDone(answer.facets.count, order.count) { break }
            let direction = rows.slope(row).map { -$0 }
            if let hit = firstHit(toward: direction), !isFacet[hit] { note(hit, along: direction, &known) }
        }
        var decided = answer.facets.count
        for row in order where !isFacet[row] && !isRedundant[row] {
            decided += 1
            if isDone(min(decided, order.count), order.count) {
                answer.undecided.append(row)
            } else {
                decide(row, &known, secondsLeft)
            }
        }
        answer.undecided.removeAll { isFacet[$0] }
        answer.facets.sort()
        return answer
    }

    /// Notes a row that a ray meets first, unless it is a known facet's twin.
    private mutating func note(_ row: Int, along direction: [Double], _ known: inout Known) {
        if exact == nil, known.members.contains(where: { isTwin($0, row) }) { return dismiss(row) }
        isFacet[row] = true
        answer.facets.append(row)
        answer.directions[row] = direction
        known.members.append(row)
    }

    private mutating func dismiss(_ row: Int) {
        isRedundant[row] = true
        answer.redundant.append(row)
    }

    /// The rows that differ by more than a positive factor; of equal ones the first, and of parallel ones the nearest. The others are redundant.
    private mutating func distinctRows() -> [Int] {
        var places: [Direction: Int] = [:]
        var nearest: [Int] = []
        for row in 0..<rows.count where rows.norms[row] > 0 {
            let direction = Direction(of: row, rows, exact)
            guard let twin = places[direction] else {
                places[direction] = nearest.count
                nearest.append(row)
                continue
            }
            let isNearer = isNearer(row, than: nearest[twin])
            dismiss(isNearer ? nearest[twin] : row)
            if isNearer { nearest[twin] = row }
        }
        return nearest
    }

    /// What rows share that are positive multiples of one another: slopes over the largest magnitude, or exactly over the first one.
    private struct Direction: Hashable {
        private var rounded: [Double] = []
        private var exact: [Rational] = []

        init(of row: Int, _ rows: Halfspaces, _ exactRows: ExactRows?) {
            if let slope = exactRows?.slope(row), let scale = slope.first(where: { $0.signum != 0 })?.magnitude {
                exact = slope.map { $0 / scale }
            } else {
                let largest = rows.slope(row).reduce(0) { max($0, abs($1)) }
                rounded = rows.slope(row).map { $0 / largest }
            }
        }
    }

    /// Whether rows in Doubles are positive multiples of one another but for rounding: then either may stand for both.
    private func isTwin(_ row: Int, _ other: Int) -> Bool {
        let scale = rows.norms[row] / rows.norms[other]
        return zip(rows.slope(row), rows.slope(other)).allSatisfy { abs($0 - scale * $1) <= 1e-12 * rows.norms[row] }
    }

    /// Whether a row's border is nearer to the interior point than a parallel one's.
    private func isNearer(_ row: Int, than other: Int) -> Bool {
        guard let exact else { return slacks[row].value / rows.norms[row] < slacks[other].value / rows.norms[other] }
        let (a, b) = (exact.slope(row), exact.slope(other))
        guard let k = a.firstIndex(where: { $0.signum != 0 }) else { return false }
        return exact.value(row) / a[k].magnitude < exact.value(other) / b[k].magnitude
    }

    // MARK: Rays

    /// The row that a ray from the interior point meets first, where that is certain and only one.
    private func firstHit(toward direction: [Double]) -> Int? {
        var best: (row: Int, low: Double, high: Double)?
        var rivals: [(row: Int, low: Double)] = []
        let length = Halfspaces.norm(direction)
        for (row, distance) in nearestFirst where !isRedundant[row] {
            if let best, distance > best.high * length * (1 + 0x1p-40) { break }
            let speed = -rows.product(row, direction)
            let error = Double(rows.dimension + 16) * 0x1p-52 * rows.norms[row] * length
            guard speed > -error else { continue }
            let low = (slacks[row].value - slacks[row].bound) / (speed + error) * (1 - 0x1p-50)
            let high = speed > error ? (slacks[row].value + slacks[row].bound) / (speed - error) * (1 + 0x1p-50) : .infinity
            guard let found = best else {
                if high < .infinity { best = (row, low, high) } else { rivals.append((row, low)) }
                continue
            }
            if high < found.high {
                rivals.append((found.row, found.low))
                best = (row, low, high)
            } else if low <= found.high {
                rivals.append((row, low))
            }
        }
        guard let found = best else { return nil }
        let open = rivals.filter { $0.low <= found.high && $0.row != found.row }.map(\.row)
        guard let exact else { return open.allSatisfy { isTwin($0, found.row) } ? found.row : nil }
        return open.isEmpty ? found.row : exactFirst([found.row] + open, direction, exact)
    }

    private func exactFirst(_ candidates: [Int], _ direction: [Double], _ exact: ExactRows) -> Int? {
        let step = direction.map { Dyadic($0) }
        var best: (row: Int, time: Rational)?
        var isTied = false
        for row in candidates {
            let speed = zip(exact.forms[row].coefficients, step).reduce(Dyadic.zero) { $0 - $1.0 * $1.1 }
            guard speed.signum > 0 else { continue }
            let time = exact.value(row) / Rational(speed)
            if best == nil || time < best!.time { (best, isTied) = ((row, time), false) } else if time == best!.time { isTied = true }
        }
        return isTied ? nil : best?.row
    }

    // MARK: Linear programs

    /// Among the points that the known facets allow: how far does the row fall? If below 0, a ray there meets an unknown facet.
    private mutating func decide(_ row: Int, _ known: inout Known, _ secondsLeft: () -> Double) {
        for _ in 0..<rows.count + 10 {
            known.program.setObjective(rows.slope(row).map { -$0 / rows.norms[row] })
            let target: [Double]?
            // In Doubles a row that falls below 0 by rounding is implied, unless a ray says otherwise.
            var isImpliedToRounding = false
            switch known.solve(rows, slacks, seconds: secondsLeft()) {
            case .unbounded(let direction?): target = direction
            case .optimal(let point, let multipliers, _):
                let value = rows.product(row, point) * known.unit + slacks[row].value
                let support = multipliers.indices.filter { multipliers[$0] > 1e-11 }
                if value >= -1e-9 * slacks[row].value, isImplied(row, by: support, of: known.members) {
                    if exact != nil || value >= -1e-13 * slacks[row].value { return dismiss(row) }
                    isImpliedToRounding = true
                }
                target = point
            case .unbounded(nil), .infeasible, .undecided: target = nil
            }
            // What is met is new, but for rounding.
            var met = target.flatMap { hit(near: $0) }
            if met.map({ isFacet[$0.row] }) ?? true {
                switch exactly(row, known.members) {
                case .implied?: return dismiss(row)
                case .beyond(let place)?: met = hit(near: place)
                case nil: break
                }
            }
            guard let (hit, direction) = met, !isFacet[hit] else {
                return isImpliedToRounding ? dismiss(row) : answer.undecided.append(row)
            }
            note(hit, along: direction, &known)
            if hit == row { return }
        }
        answer.undecided.append(row)
    }

    private mutating func hit(near target: [Double]) -> (row: Int, direction: [Double])? {
        let size = Halfspaces.norm(target) / Double(rows.dimension).squareRoot()
        for wobble in [0, 1e-9, 1e-7, 1e-5, 1e-3] {
            let direction = target.map { $0 + wobble * size * random.next() }
            if let hit = firstHit(toward: direction) { return (hit, direction) }
        }
        return nil
    }

    /// Whether the row is Σ λ_j row_j + c with λ, c ≥ 0, exactly; without exact forms the solver's word is taken.
    private func isImplied(_ row: Int, by support: [Int], of members: [Int]) -> Bool {
        guard let exact else { return true }
        let used = support.map { members[$0] }
        let combination = exactCombination(of: used.map { exact.slope($0) }, equal: exact.slope(row))
        if let multipliers = combination, multipliers.allSatisfy({ $0.signum >= 0 }) {
            let rest = zip(multipliers, used).reduce(exact.offset(row)) { $0 - $1.0 * exact.offset($1.1) }
            if rest.signum >= 0 { return true }
        }
        let form = exact.around(row)
        guard case .optimal(let fall, _)? = exactFall(of: form, members.map { exact.around($0) }, support) else { return false }
        return (form[rows.dimension] - fall).signum >= 0
    }

    /// How far a row falls from the interior point where the known facets hold, up to twice its value there, in fractions; `nil` where that
    /// is too much work. Rows are in coordinates around the interior point.
    private func exactFall(of row: [Rational], _ known: [[Rational]], _ support: [Int]) -> ExactProgram.Outcome? {
        let (slope, value) = (row.dropLast(), row[rows.dimension])
        guard known.count * rows.dimension <= 5000, value.signum >= 0, known.allSatisfy({ $0[rows.dimension].signum >= 0 }) else {
            return nil
        }
        return ExactProgram.maximum(rows: known + [slope + [value + value]], objective: slope.map { -$0 }, basis: support)
    }

    /// What fractions say of a row where Doubles meet no unknown facet.
    private enum Verdict {
        case implied
        /// Where known facets hold and the row does not, from the interior point, rounded.
        case beyond([Double])
    }

    private func exactly(_ row: Int, _ members: [Int]) -> Verdict? {
        guard let exact else { return nil }
        let (form, known) = (exact.around(row), members.map { exact.around($0) })
        guard case .optimal(let fall, let step)? = exactFall(of: form, known, []) else { return nil }
        let rest = form[rows.dimension] - fall
        if rest.signum >= 0 { return .implied }
        // What lies beyond may be thin: not its corner, but the middle of corners that are furthest in some coordinate.
        let beyond =
            known.map { $0.dropLast() + [zip($0, step).reduce($0[rows.dimension]) { $0 + $1.0 * $1.1 }] }
            + [form.dropLast().map { -$0 } + [-rest]]
        var (sum, count) = ([Rational](repeating: .zero, count: step.count), 1)
        for i in step.indices {
            for sign in [1.0, -1] {
                let objective = step.indices.map { Rational($0 == i ? sign : 0) }
                guard case .optimal(_, let corner) = ExactProgram.maximum(rows: beyond, objective: objective) else { continue }
                sum = zip(sum, corner).map { $0 + $1 }
                count += 1
            }
        }
        return .beyond(zip(step, sum).map { ($0 + $1 / Rational(Double(count))).doubleValue })
    }
}

/// Numbers in [−1, 1), the same in every run.
private struct SmallRandom: Sendable {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func next() -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(Int64(bitPattern: state) >> 11) * 0x1p-52
    }
}
