// Bytes changed at random: what the tests and the sanitizer's run put every reader through.

public import Tensors

/// A seed with bytes flipped, replaced by telling values, cut, repeated, or joined to another seed.
public func mutated(_ seeds: [[UInt8]], _ generator: inout RandomGenerator) -> [UInt8] {
    var bytes = seeds[generator.integer(below: seeds.count)]
    for _ in 0...generator.integer(below: 4) {
        guard !bytes.isEmpty else { break }
        let place = generator.integer(below: bytes.count)
        switch generator.integer(below: 6) {
        case 0: bytes[place] ^= 1 << UInt8(generator.integer(below: 8))
        case 1: bytes[place] = [0, 1, 0x7f, 0x80, 0xff][generator.integer(below: 5)]
        case 2: for i in place..<min(place + 8, bytes.count) { bytes[i] = 0xff }
        case 3: bytes.removeSubrange(place...)
        case 4: bytes.insert(contentsOf: bytes[place..<min(place + 8, bytes.count)], at: place)
        default: bytes.replaceSubrange(place..., with: seeds[generator.integer(below: seeds.count)].dropFirst(place))
        }
    }
    return bytes
}
