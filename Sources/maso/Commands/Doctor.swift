import ArgumentParser
import Foundation
import MaxAffineSplines

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what this machine offers, and what is missing with the command that installs it.")

    @OptionGroup var common: CommonOptions

    private struct Check {
        let name: String
        let ok: Bool
        let found: String
        let remedy: String?
    }

    func run() throws {
        let checks = machineChecks() + outputChecks()
        let ok = checks.allSatisfy(\.ok)
        let object: JSONValue = [
            "ok": JSONValue(ok), "version": JSONValue(MaxAffineSplinesVersion.text),
            "checks": .array(
                checks.map { check in
                    [
                        "name": JSONValue(check.name), "ok": JSONValue(check.ok), "found": JSONValue(check.found),
                        "remedy": check.remedy.map { JSONValue($0) } ?? .null,
                    ]
                }),
        ]
        try printResult(common.json, object) {
            table(checks.map { [$0.ok ? "ok" : "--", $0.name, $0.found + ($0.remedy.map { "; \($0)" } ?? "")] })
        }
    }

    private func machineChecks() -> [Check] {
        let machine = Machine.current
        let memory = Double(machine.memoryByteCount) / Double(1 << 30)
        let packages = ["oneDNN": "libdnnl-dev", "OpenBLAS": "libopenblas-dev"]
        return machine.checks.map { check in
            let remedy = check.isFound ? nil : packages[check.name].map { "apt-get install \($0)" }
            return Check(name: check.name, ok: check.isFound, found: check.detail, remedy: remedy)
        } + [
            Check(name: "linear programs", ok: true, found: SimplexProgram.solver, remedy: nil),
            Check(name: "threads", ok: true, found: "\(machine.threadCount)", remedy: nil),
            Check(
                name: "memory", ok: memory > 1, found: String(format: "%.1f GiB, %.1f used at most by default", memory, memory / 2),
                remedy: nil),
        ]
    }

    private func outputChecks() -> [Check] {
        let folder = FileManager.default.temporaryDirectory.path()
        let browser = ["xdg-open", "open"].first { found($0) }
        return [
            Check(
                name: "temporary folder", ok: FileManager.default.isWritableFile(atPath: folder), found: folder,
                remedy: FileManager.default.isWritableFile(atPath: folder) ? nil : "set TMPDIR to a folder that can be written"),
            Check(
                name: "opening pages", ok: true, found: browser ?? "no xdg-open: pages are written, not opened",
                remedy: browser == nil ? "apt-get install xdg-utils" : nil),
        ]
    }

    private func found(_ program: String) -> Bool {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }
}
