// From the parts of a page to markup. Identifiers are numbered in the order of the page.
import Figures
import Interchange

struct PageRenderer {
    private var identifiers = 0

    private mutating func identifier(_ prefix: String) -> String {
        identifiers += 1
        return "\(prefix)-\(identifiers)"
    }

    mutating func section(_ section: Page.Section, anchor: String) -> MarkupNode {
        let heading = MarkupNode.element(
            "h2", [:],
            [
                .text(section.title),
                .element("a", ["class": "anchor", "href": "#" + anchor, "aria-label": "Link to this section"], text: "#"),
            ])
        return .element("section", ["id": anchor], [heading] + section.blocks.map { block($0) })
    }

    mutating func block(_ block: Block) -> MarkupNode {
        switch block {
        case .heading(let text): return .element("h3", text: text)
        case .paragraph(let text): return .element("p", [:], text.nodes)
        case .list(let items): return .element("ul", [:], items.map { .element("li", [:], $0.nodes) })
        case .formula(let formula): return .element("div", ["class": "formula"], [formula.display])
        case .note(let text): return .element("p", ["class": "note"], text.nodes)
        case .facts(let facts): return self.facts(facts)
        case .figure(let figure): return self.figure(figure)
        case .figures(let figures): return row(figures)
        case .table(let table): return self.table(table)
        case .details(let summary, let blocks):
            return .element("details", [:], [.element("summary", [:], summary.nodes)] + blocks.map { self.block($0) })
        case .frames(let frames): return self.frames(frames)
        case .cellExplorer(let explorer): return cellExplorer(explorer)
        case .surface(let plot, let caption): return surface(plot, caption)
        }
    }

    private func facts(_ facts: [Fact]) -> MarkupNode {
        .element(
            "dl", ["class": "facts"],
            facts.map { fact in
                .element("div", [:], [.element("dt", [:], fact.name.nodes), .element("dd", text: fact.value)])
            })
    }

    private func figure(_ figure: Figure) -> MarkupNode {
        // Pictures wider than a chart scroll on a phone rather than shrink until they cannot be read.
        let kind = figure.picture.width > 720 ? "wide widest" : figure.picture.width > 520 ? "wide" : nil
        let picture = MarkupNode.element("div", ["class": "picture"], [figure.picture.inline])
        let caption = figure.caption.nodes.isEmpty ? [] : [MarkupNode.element("figcaption", [:], figure.caption.nodes)]
        return .element("figure", ["class": kind], [picture] + caption)
    }

    /// Pictures of at most 320 go three abreast, wider ones two.
    private func row(_ figures: [Figure]) -> MarkupNode {
        let isNarrow = figures.allSatisfy { $0.picture.width <= 320 }
        return .element("div", ["class": isNarrow ? "figures narrow" : "figures"], figures.map(figure))
    }

    private func table(_ table: Table) -> MarkupNode {
        func cells(_ row: [Prose], _ name: String) -> [MarkupNode] {
            row.enumerated().map { column, text in
                .element(
                    name, ["scope": name == "th" ? "col" : nil, "class": table.numericColumns.contains(column) ? "number" : nil], text.nodes
                )
            }
        }
        let head = MarkupNode.element("thead", [:], [.element("tr", [:], cells(table.header, "th"))])
        let body = MarkupNode.element("tbody", [:], table.rows.map { .element("tr", [:], cells($0, "td")) })
        let caption = table.caption.nodes.isEmpty ? [] : [MarkupNode.element("caption", [:], table.caption.nodes)]
        return .element(
            "div",
            [
                "class": "table", "role": "region", "tabindex": "0",
                "aria-label": table.caption.plain.isEmpty ? "Table" : table.caption.plain,
            ],
            [.element("table", [:], caption + [head, body])])
    }

    /// Radio buttons, each followed by its label and its frame: the style sheet shows the frame of the one that is checked.
    private mutating func frames(_ frames: Frames) -> MarkupNode {
        let group = identifier("frames")
        var children: [MarkupNode] = [.element("p", ["class": "frames-title"], text: frames.title)]
        for (index, frame) in frames.frames.enumerated() {
            let id = "\(group)-\(index)"
            let isInitial = index == frames.initial
            children.append(.element("input", ["type": "radio", "name": group, "id": id, "checked": isInitial ? "checked" : nil]))
            children.append(.element("label", ["for": id], text: frame.label))
            let text = frame.text.nodes.isEmpty ? [] : [MarkupNode.element("p", [:], frame.text.nodes)]
            children.append(
                .element("div", ["class": "frame"], text + [frame.figures.count == 1 ? figure(frame.figures[0]) : row(frame.figures)]))
        }
        return .element("div", ["class": "frames", "role": "group", "aria-label": frames.title], children)
    }

    private mutating func cellExplorer(_ explorer: CellExplorer) -> MarkupNode {
        var map = explorer.map
        map.tooltips = explorer.rows.enumerated().map { index, row in
            (["cell \(index)"] + explorer.tooltipColumns.map { "\(explorer.columns[$0]): \(row[$0])" }).joined(separator: "\n")
        }
        let initial = explorer.initial.map { [("initial", "\($0)")] } ?? []
        let data = JSONText.object([("columns", JSONText.array(explorer.columns)), ("rows", JSONText.array(explorer.rows))] + initial)
        let header = ["cell"] + explorer.columns.map { Prose($0) }
        let rows = explorer.rows.enumerated().map { [Prose("\($0)")] + $1.map { Prose($0) } }
        let readout: [MarkupNode] = [
            .element(
                "p", ["class": "hint"], text: "Rest the pointer on a cell to read it; the table below holds all of them.")
        ]
        return .element(
            "div", ["class": "explorer"],
            [
                figure(Figure(map.picture(), caption: explorer.caption)),
                .element("div", ["class": "readout", "aria-live": "polite"], readout),
                .element("script", ["type": "application/json"], [.verbatim(data)]),
                .element(
                    "noscript", [:],
                    [block(.details(summary: "All cells as a table", [.table(Table(caption: "", header: header, rows: rows))]))]),
            ])
    }

    /// The picture, and the scene that it shows as numbers.
    private func surface(_ plot: SurfacePlot, _ caption: Prose) -> MarkupNode {
        var plot = plot
        plot.isNumbered = true
        let (projection, heights) = (plot.projection, plot.heights)
        func number(_ value: Double) -> JSONValue { JSONValue((value * 1e4).rounded() / 1e4) }
        let data: JSONValue = [
            "azimuth": number(plot.azimuth), "elevation": number(plot.elevation), "top": number(SurfacePlot.top),
            "scale": number(projection.scale), "origin": [number(projection.origin.x), number(projection.origin.y)],
            "floor": .array(plot.floor.map { [number($0.place.x), number($0.place.y)] }),
            "facets": .array(
                plot.facets.map { facet in
                    .array(facet.corners.map { plot.scene($0, heights) }.flatMap { [number($0.x), number($0.y), number($0.z)] })
                }),
            "sides": .array(
                plot.sides.map { side in
                    // Directions alone matter, so that short sides keep theirs.
                    let length = (side.direction * side.direction).sum().squareRoot()
                    let unit = length > 0 ? side.direction / length : side.direction
                    return [JSONValue(side.left), JSONValue(side.right), number(unit.x), number(unit.y)]
                }),
        ]
        return .element(
            "div", ["class": "surface"],
            [
                figure(Figure(plot.picture(), caption: caption)),
                .element("script", ["type": "application/json"], [.verbatim(data.text())]),
            ])
    }
}
