import Interchange
import Testing

@Suite struct GzipTests {
    @Test("Concatenated members are one content")
    func members() throws { #expect(try InputFile(path: fixture("members.gz")).contents() == Array("one, two".utf8)) }

    @Test("A prefix is the start of the content, however short it is asked for", arguments: [0, 1, 5, 6, 8, 100])
    func prefix(count: Int) throws {
        #expect(try InputFile(path: fixture("members.gz")).prefix(count) == Array("one, two".utf8.prefix(count)))
    }

    @Test("A stream cut anywhere is refused, never accepted and never a trap")
    func truncation() throws {
        let whole = try bytes(of: fixture("labels.idx.gz"))
        for length in 2..<whole.count {
            let text = errorText { _ = try InputFile(name: "x", bytes: Array(whole.prefix(length))).contents() }
            #expect(text == "65 x: byte \(length): expected more of the compressed stream, found the end")
        }
    }

    @Test("Bytes after the stream, a wrong checksum and a bomb are refused")
    func refusals() throws {
        let whole = try bytes(of: fixture("labels.idx.gz"))
        #expect(
            errorText { _ = try InputFile(name: "x", bytes: whole + [0, 0]).contents() }
                == "65 x: byte \(whole.count): expected the end or another gzip member, found 2 more bytes")
        var wrong = whole
        wrong[whole.count - 5] ^= 1
        #expect(
            errorText { _ = try InputFile(name: "x", bytes: wrong).contents() }
                == "65 x: byte \(whole.count - 4): expected a valid compressed stream, found incorrect data check")
        let bomb = try bytes(of: fixture("svhn-plain.mat.gz"))
        #expect(
            errorText { _ = try InputFile(name: "x", bytes: bomb, budget: MemoryBudget(limit: 2_000)).contents() }
                == "69 x: what it decompresses to needs 2001 bytes, allowed are 2000 bytes (--max-memory)")
        #expect(
            errorText { _ = try InputFile(name: "x", bytes: bomb).contents(limit: 100) }
                == "65 x: compressed stream: expected 100 bytes, found more")
    }
}
