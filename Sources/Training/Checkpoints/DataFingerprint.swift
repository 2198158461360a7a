// What tells one set of training data from another, so that a checkpoint is not resumed on other data by mistake.

import Interchange

/// Name, number and digest of the training data.
struct DataFingerprint: Hashable, Sendable, Codable {
    let name: String
    let count: Int
    /// Over the normalized numbers and the labels, in hexadecimal.
    let digest: String

    init(_ train: LabelledSamples<Float>, heldOut: LabelledSamples<Float>?, name: String) {
        var hash = WordHash()
        for part in [train, heldOut].compactMap(\.self) {
            for number in part.numbers { hash.add(UInt64(number.bitPattern)) }
            for label in part.labels { hash.add(UInt64(label)) }
        }
        self.name = name
        count = train.labels.count + (heldOut?.labels.count ?? 0)
        let text = String(hash.value, radix: 16)
        digest = String(repeating: "0", count: 16 - text.count) + text
    }
}

/// FNV-1a (Fowler, Noll & Vo) over words instead of bytes: against mistakes, not against malice.
private struct WordHash {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 0x100_0000_01b3
        value ^= value >> 32
    }
}
