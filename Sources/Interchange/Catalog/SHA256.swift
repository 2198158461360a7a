// SHA-256 (FIPS 180-4), for the checksums of downloads: 60 lines instead of a cryptography package.

/// A SHA-256 digest being computed.
public struct SHA256: Sendable {
    private typealias State = (UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32)
    private var state: State = (
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19
    )
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    public init() {}

    /// The digest of some bytes in hexadecimal.
    public static func digest(_ bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The 32 bytes of the digest of some bytes.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(bytes)
        return hash.hash()
    }

    /// The digest of a file's bytes as they are stored.
    public static func digest(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) -> String {
        digest(try InputFile(path: path, budget: budget).stored)
    }

    /// Appends bytes.
    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// Appends bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length &+= UInt64(bytes.count)
        var at = 0
        if !pending.isEmpty {
            at = min(64 - pending.count, bytes.count)
            pending += bytes[..<at]
            if pending.count < 64 { return }
            pending.withUnsafeBytes { compress($0, SHA256.constants.span) }
            pending.removeAll(keepingCapacity: true)
        }
        let end = at + (bytes.count - at) / 64 * 64
        let constants = SHA256.constants.span
        for start in stride(from: at, to: end, by: 64) {
            compress(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 64]), constants)
        }
        pending += bytes[end...]
    }

    /// The digest of all bytes appended, 64 hexadecimal digits in lower case.
    public consuming func finish() -> String {
        hash().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The 32 bytes of the digest of all bytes appended.
    public consuming func hash() -> [UInt8] {
        let bitCount = length &* 8
        update([0x80] + [UInt8](repeating: 0, count: (119 - pending.count) % 64))
        update(withUnsafeBytes(of: bitCount.bigEndian) { Array($0) })
        let words = [state.0, state.1, state.2, state.3, state.4, state.5, state.6, state.7]
        return words.flatMap { word in stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt32($0)) } }
    }

    private mutating func compress(_ block: UnsafeRawBufferPointer, _ constants: Span<UInt32>) {
        func rotate(_ x: UInt32, _ k: UInt32) -> UInt32 { x >> k | x << (32 - k) }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            for t in 0..<16 {
                w.initializeElement(at: t, to: UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * t, as: UInt32.self)))
            }
            for t in 16..<64 {
                let small0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3
                let small1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10
                w.initializeElement(at: t, to: w[t - 16] &+ small0 &+ w[t - 7] &+ small1)
            }
            var (a, b, c, d, e, f, g, h) = state
            for t in 0..<64 {
                let big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
                let first = h &+ big1 &+ (e & f ^ ~e & g) &+ constants[t] &+ w[t]
                let big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
                let second = big0 &+ (a & b ^ a & c ^ b & c)
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
            }
            state.0 &+= a
            state.1 &+= b
            state.2 &+= c
            state.3 &+= d
            state.4 &+= e
            state.5 &+= f
            state.6 &+= g
            state.7 &+= h
        }
    }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
        0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
        0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
        0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
        0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
        0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ]
}
