// The code of all units from that of a reduced network's.

/// What a reduced network knows of the domain's network: the codes of the units that it has not.
final class CodeExpansion: Sendable {
    /// The codes of all units, one nonlinearity after the other; those of the reduced network's units are 0.
    let base: [UInt16]
    /// For each unit of the reduced network its place there.
    let units: [Int]
    /// Where each nonlinearity begins in `base`, and the end.
    let codeStarts: [Int]

    init(base: [UInt16], units: [Int], codeStarts: [Int]) { (self.base, self.units, self.codeStarts) = (base, units, codeStarts) }

    /// The codes of the first `layerCount` nonlinearities of all units.
    func expand(_ code: [UInt16], layerCount: Int) -> [UInt16] {
        var full = Array(base[..<codeStarts[layerCount]])
        for (place, code) in zip(units, code) { full[place] = code }
        return full
    }
}
