import Interchange
import Tensors
import Testing

@Suite struct SHA256Tests {
    @Test(
        "The examples of FIPS 180-4 and NIST's test vectors",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ])
    func vectors(text: String, digest: String) { #expect(SHA256.digest(Array(text.utf8)) == digest) }

    @Test("Law: the digest does not depend on how the bytes are cut", arguments: UInt64(0)..<32)
    func pieces(seed: UInt64) {
        var generator = RandomGenerator(seed: seed)
        let bytes = (0..<generator.integer(below: 400)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        var hash = SHA256()
        var at = 0
        while at < bytes.count {
            let next = min(bytes.count, at + generator.integer(below: 130))
            hash.update(Array(bytes[at..<next]))
            at = next
        }
        #expect(hash.finish() == SHA256.digest(bytes))
    }
}
