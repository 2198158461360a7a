// Results on standard output, progress on standard error.

import Foundation
import MaxAffineSplines
import Synchronization

/// Prints a result: as text, control characters that a file brought in escaped, or as one JSON object; on standard error where the `output` of the command is standard output, which is
/// then the file's alone.
func printResult(_ json: Bool, _ object: JSONValue, output: String? = nil, _ text: () -> String) throws {
    let isTaken = output.map(["/dev/stdout", "/dev/fd/1"].contains) ?? false
    try printText(json ? object.text() : printable(text(), keepsLines: true), to: isTaken ? "/dev/stderr" : "/dev/stdout")
}

/// Prints a text and ends its line.
func printText(_ text: String, to stream: String = "/dev/stdout") throws {
    var output = try OutputFile(stream)
    try output.write(Array((text + "\n").utf8))
    try output.commit()
}

/// Text on standard error. Where it cannot be written nobody can be told, so errors are passed over.
func writeError(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
        if count <= 0 { return }
        bytes = bytes.dropFirst(count)
    }
}

/// A number with four significant digits, for people.
func brief(_ number: Double) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-∞" : "∞" }
    return String(format: "%.4g", number)
}

/// The first twenty of some indices, and how many more there are.
func brief(_ indices: [Int]) -> String {
    let more = indices.count - 20
    return indices.prefix(20).map(String.init).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
}

/// Columns padded to their widest entry, two spaces apart; an entry is one line, whatever a name in a file holds.
func table(_ rows: [[String]]) -> String {
    let rows = rows.map { $0.map { printable($0) } }
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
}

/// Seconds since `start`.
func seconds(since start: ContinuousClock.Instant) -> Double { start.duration(to: .now) / .seconds(1) }

/// Shows how far a command is, on standard error: a line that is redrawn on a terminal, and a plain line every ten seconds elsewhere.
/// Nothing is shown in the first two seconds.
struct Progress {
    private let what: String
    private let total: Int?
    private let isQuiet: Bool
    private let start = ContinuousClock.now
    private let isTerminal = isatty(2) == 1
    private var lastShown = ContinuousClock.now

    /// - Parameter total: `nil` where nobody knows how many there are.
    init(_ what: String, total: Int?, quiet: Bool) { (self.what, self.total, isQuiet) = (what, total, quiet) }

    /// Shows that `done` of the total are done, if it is time to.
    mutating func show(_ done: Int) {
        let now = ContinuousClock.now
        let elapsed = start.duration(to: now) / .seconds(1)
        guard !isQuiet, elapsed > 2, lastShown.duration(to: now) > (isTerminal ? .milliseconds(100) : .seconds(10)) else { return }
        lastShown = now
        let rate = Double(done) / elapsed
        let left = total.flatMap { rate > 0 ? Int(Double($0 - done) / rate) : nil }
        let line =
            "\(what): \(done)" + (total.map { " of \($0)" } ?? "") + ", \(brief(rate)) a second" + (left.map { ", \($0) s left" } ?? "")
        writeError(isTerminal ? "\r\u{1b}[K" + line : line + "\n")
    }

    /// Removes the line.
    func finish() {
        if isTerminal && !isQuiet { writeError("\r\u{1b}[K") }
    }
}

/// Progress towards nobody knows where, told by several threads.
final class SharedProgress: Sendable {
    private let progress: Mutex<(progress: Progress, most: Int)>

    init(_ what: String, quiet: Bool) { progress = Mutex((Progress(what, total: nil, quiet: quiet), 0)) }

    func show(_ done: Int) {
        progress.withLock { state in
            state.most = max(state.most, done)
            state.progress.show(state.most)
        }
    }

    func finish() { progress.withLock { $0.progress.finish() } }
}
