import ArgumentParser
import Foundation
import MaxAffineSplines

struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains two small networks and writes a page that explains what maso reads.")

    @Option(name: .customShort("o"), help: ArgumentHelp("The page to write.", valueName: "page.html"))
    var output = "maso-demo.html"

    @Flag(help: "Open the page in the browser.")
    var open = false

    @OptionGroup var common: CommonOptions

    func run() throws {
        try OutputFile.check(output)
        let start = ContinuousClock.now
        let progress = PartProgress(quiet: common.quiet)
        let demonstration = try Demonstration.make(seed: common.seed, progress: progress.show)
        progress.finish()
        let page = try demonstration.page(command: commandLine, version: MaxAffineSplinesVersion.text)
        try OutputFile.write(page.html(), to: output)
        let elapsed = seconds(since: start)
        if open { try openInBrowser(output) }
        let object: JSONValue = [
            "page": JSONValue(output), "seconds": JSONValue(elapsed), "regions": JSONValue(demonstration.regions),
            "toyAccuracy": demonstration.toy.result.test.map { JSONValue($0.accuracy) } ?? .null,
            "digitsAccuracy": JSONValue(demonstration.report.test.accuracy),
            "residual": JSONValue(demonstration.worstResidual),
        ]
        try printResult(common.json, object, output: output) {
            """
            \(output): a toy network with \(demonstration.regions) cells and a network for digits, trained and read in \(brief(elapsed)) s.
            Open it in a browser. Then try:

            """ + Demonstration.nextSteps.map { "  \($0.command)\n      \($0.what)" }.joined(separator: "\n")
        }
    }

    private func openInBrowser(_ path: String) throws {
        #if os(macOS)
            let opener = "open"
        #else
            let opener = "xdg-open"
        #endif
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [opener, path]
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { throw Failure(.unavailable, "\(opener): cannot be started; open \(path) yourself") }
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw Failure(.unavailable, "\(opener): cannot show \(path); open it yourself") }
    }
}
