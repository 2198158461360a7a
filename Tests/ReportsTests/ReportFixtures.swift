// What the suites of pages share: a page as a tree, and outputs by the plain interpreter.

import Analysis
import Foundation
import Graphs
import Networks
import Splines
import Tensors
import TestSupport
import Testing

/// The page as a tree, its script taken out: scripts are not XML.
func pageTree(_ html: String) throws -> ParsedElement {
    var text = html.replacing("<!DOCTYPE html>\n", with: "")
    let start = try #require(text.range(of: "<script>")), end = try #require(text.range(of: "</script></body>"))
    text.removeSubrange(start.upperBound..<end.lowerBound)
    return try parseMarkup(text)
}

/// f(x) of one sample by the interpreter.
func outputs(_ model: Model, at x: [Double]) throws -> [Double] {
    let built = try #require(model.network).graph(batch: 1)
    var bindings: Bindings<Double> = try #require(model.network).parameters.bindings()
    bindings[NetworkGraph.inputName] = .scalars(Tensor(shape: [1] + model.readable.inputShape, elements: x))
    return try Interpreter.run(built.graph, [built.outputs], bindings)[0].scalars.elements
}

/// Every picture says what it shows, to those who do not see it too.
func expectTextAlternatives(_ root: ParsedElement) {
    let pictures = root.all("svg").filter { $0.attributes["role"] == "img" }
    #expect(!pictures.isEmpty)
    for picture in pictures {
        #expect(picture.attributes["aria-label"].map { $0.count > 10 } ?? false)
        #expect(picture.children.first { $0.name == "title" }.map { !$0.text.isEmpty } ?? false)
        #expect(picture.children.first { $0.name == "desc" }.map { !$0.text.isEmpty } ?? false)
    }
}

/// A number as pages write it: a true minus sign.
func number(_ text: some StringProtocol) -> Double? { Double(String(text).replacing("−", with: "-").replacing("\u{202F}", with: "")) }
