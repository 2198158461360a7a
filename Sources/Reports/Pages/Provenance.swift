// Where a page comes from: enough to make it again and to judge its numbers.
import Figures

/// What the footer says.
public struct Provenance: Hashable, Sendable {
    /// The command as typed.
    public var command: String
    public var version: String
    public var seed: UInt64?
    /// A hash of the model's parameters or file, in hexadecimal.
    public var modelHash: String?
    /// The largest residual ‖f(x) − (A[x]x + b[x])‖∞ / max(1, ‖f(x)‖∞) of anything on the page.
    public var worstResidual: Double?
    /// Further lines, such as the licence of the data.
    public var remarks: [Prose]

    public init(
        command: String, version: String, seed: UInt64? = nil, modelHash: String? = nil, worstResidual: Double? = nil, remarks: [Prose] = []
    ) {
        (self.command, self.version, self.seed, self.modelHash) = (command, version, seed, modelHash)
        (self.worstResidual, self.remarks) = (worstResidual, remarks)
    }

    var footer: MarkupNode {
        func entry(_ name: String, _ value: String?, tag: String = "span") -> [MarkupNode] {
            value.map { [.element("div", [:], [.element("dt", text: name), .element("dd", [:], [.element(tag, text: $0)])])] } ?? []
        }
        let entries =
            entry("Command", command, tag: "code") + entry("maso", version) + entry("Seed", seed.map(String.init))
            + entry("Model", modelHash, tag: "code") + entry("Worst residual", worstResidual.map { NumberText.significant($0, digits: 2) })
        return .element("footer", [:], [.element("dl", [:], entries)] + remarks.map { .element("p", [:], $0.nodes) })
    }
}
