// How many different affine maps a program has on cells of given codes.

import Geometry

/// Counts the maps of cells one by one: different residues prove maps different, equal ones are compared in exact arithmetic.
struct DistinctMaps {
    private let program: PiecewiseAffineProgram
    /// For each residue the codes of the first cell that has it, and its exact maps, once there was a second one.
    private var classes: [[Residue]: (first: [[Int]], exact: [[Dyadic]])] = [:]
    private(set) var count = 0

    init(of program: PiecewiseAffineProgram) { self.program = program }

    mutating func add(_ codes: [[Int]]) {
        let key = program.frozenRows(of: program.last, codes: codes, in: Residue.self)
        guard var known = classes[key] else {
            classes[key] = (codes, [])
            count += 1
            return
        }
        func exact(_ codes: [[Int]]) -> [Dyadic] { program.frozenRows(of: program.last, codes: codes) }
        if known.exact.isEmpty { known.exact = [exact(known.first)] }
        let own = exact(codes)
        if !known.exact.contains(own) {
            known.exact.append(own)
            count += 1
        }
        classes[key] = known
    }
}
