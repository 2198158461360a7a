// The seeded mutator over the readers of Interchange, for builds with a sanitizer: `mutations COUNT FILE…` changes the files' bytes at
// random COUNT times for every reader, the ONNX reader ten times as often, and says how long the slowest reading took.

import Foundation
import Interchange
import Tensors
import TestSupport

@main enum Mutations {
    static func main() throws {
        let count = Int(CommandLine.arguments[1])!
        let files = try CommandLine.arguments.dropFirst(2).map { (name: $0, bytes: try InputFile(path: $0).stored) }
        var slowest = Duration.zero
        for reader in Reader.interchange {
            let seeds = files.filter { reader.name == "onnx" ? $0.name.hasSuffix(".onnx") : !$0.name.hasSuffix(".onnx") }.map(\.bytes)
            var generator = RandomGenerator(seed: 1, purpose: reader.name)
            let total = reader.name == "onnx" ? 10 * count : count
            var refused = 0
            for _ in 0..<total {
                let bytes = mutated(seeds, &generator)
                let start = ContinuousClock.now
                do { try reader.read(bytes) } catch {
                    refused += 1
                    guard let error = error as? InterchangeError else { fatalError("untyped: \(error)") }
                    precondition(!error.description.contains("\n"), "not one line")
                    precondition([65, 66, 69].contains(error.exitCode), "exit code \(error.exitCode)")
                }
                slowest = max(slowest, ContinuousClock.now - start)
                precondition(ContinuousClock.now - start < .seconds(5), "a reading of more than 5 s")
            }
            print("\(reader.name): \(total) mutations, \(refused) refused")
        }
        print("slowest reading: \(slowest)")
    }
}
