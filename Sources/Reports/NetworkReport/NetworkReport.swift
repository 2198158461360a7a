// The report of one network: everything that applies, on one page (DESIGN §6, «report»); what does not apply is named with the reason.

import Analysis
import Figures
import Interchange
import Partitions
import Splines
import Tensors

/// A network read at data: values first, then sections made from them.
public struct NetworkReport: Sendable {
    /// A section that does not apply, and why.
    public struct Omission: Hashable, Sendable {
        public let title: String
        public let reason: String
    }

    public let data: ReportData
    public let options: ReportOptions
    public let test: OutputsReading
    public let train: OutputsReading?
    public let templates: TemplatesReading
    public let codes: CodesReading
    /// The cells round the samples, of a piecewise-affine network of two inputs.
    public let partition: PartitionReading?
    /// The cells of a plane through three samples, of a piecewise-affine network of more inputs.
    public let slice: SliceReading.Choice
    public private(set) var sections: [Page.Section] = []
    public private(set) var omissions: [Omission] = []

    /// The largest residual of anything read; `nil` for a network that is not piecewise affine.
    public var worstResidual: Double? { templates.worstResidual }

    /// Reads the network.
    /// - Throws: `ReadingError` where the data do not fit the network; `PNGError`; whatever the graph throws.
    public init(_ data: ReportData, options: ReportOptions = .init(), progress: ReportProgress = { _, _, _ in }) throws {
        (self.data, self.options) = (data, options)
        let indices = ReportData.spread(options.sampleCount, of: data.test.count)
        test = try OutputsReading(data, data.test, indices) { progress("test samples", $0, indices.count) }
        let learned = data.train.map { ReportData.spread(options.sampleCount, of: $0.count) }
        train = try data.train.map { part in
            try OutputsReading(data, part, learned!) { progress("training samples", $0, learned!.count) }
        }
        templates = try TemplatesReading(
            data, options.templateSamples ?? ReportData.firstOfEachClass(data.test, count: options.templateCount),
            further: ReportData.spread(options.slopeCount, of: data.test.count), progress: progress)
        codes = try CodesReading(
            data, indices, queries: ReportData.spread(options.queryCount, of: data.test.count), neighborCount: options.neighborCount,
            searched: ReportData.spread(options.searchCount, of: (data.train ?? data.test).count), progress: progress)
        progress("partition", 0, 1)
        let (inputs, isExact) = (data.model.readable.inputShape.elementCount, templates.worstResidual != nil)
        partition = isExact && inputs == 2 ? try PartitionReading(data, PiecewiseAffineProgram(data.model.readable), indices) : nil
        slice = try SliceReading.read(data, options, unitCount: isExact ? codes.layers.reduce(0) { $0 + $1.units } : nil)
        progress("partition", 1, 1)
        try makeSections()
    }

    private mutating func makeSections() throws {
        sections.append(.init("Layers", try LayersSection.blocks(data.model)))
        sections.append(
            .init(
                "Accuracy and confusion",
                try AccuracySection.blocks(test: test, train: train, classNames: data.classNames, of: data.test.count)))
        sections.append(.init("Templates", try TemplatesSection.blocks(templates, data, classLimit: options.drawnClassCount)))
        if data.model.outputCount > 1 {
            sections.append(.init("Gram matrices", GramSection.blocks(templates, data, classLimit: options.drawnClassCount)))
        } else {
            omit("Gram matrices", "there is one output: nothing to compare its template with")
        }
        if let memorization = test.memorization {
            sections.append(
                .init(
                    "Memorisation",
                    MemorizationSection.blocks(
                        test: memorization, train: train?.memorization, cosines: templates.cosines)))
            if train == nil { omit("Memorisation of training samples", "the data come in one piece") }
        } else {
            omit("Memorisation", "the network is not piecewise affine, so an output is no inner product plus offset of a cell")
        }
        if codes.layers.isEmpty {
            omit("Neighbours", "no layer has a code")
            omit("Occupancy", "no layer has a code")
        } else {
            sections.append(.init("Neighbours by layer", try NeighborsSection.blocks(codes, data, options)))
            sections.append(.init("Occupancy", OccupancySection.blocks(codes)))
        }
        if let partition {
            sections.append(.init("Partition of the plane", try partition.blocks()))
        } else if data.model.readable.inputShape.elementCount == 2 {
            omit("Partition of the plane", "the network is not piecewise affine, so it has no cells")
        }
        switch slice {
        case .reading(let slice): sections.append(.init("A plane through three samples", try slice.blocks(data)))
        case .omitted(let reason): omit("A plane through three samples", reason)
        case .unasked: break
        }
        sections.append(.init("How exact this is", ExactnessSection.blocks(templates)))
        if !omissions.isEmpty {
            sections.append(.init("Not on this page", [.list(omissions.map { "\(strong: $0.title): \($0.reason)." })]))
        }
    }

    private mutating func omit(_ title: String, _ reason: String) { omissions.append(Omission(title: title, reason: reason)) }

    /// Key numbers.
    public var facts: [Fact] {
        [
            Fact(NumberText.percent(test.accuracy), "right on test samples"),
            Fact(NumberText.count(data.model.parameterCount), "parameters"),
            Fact(NumberText.count(codes.cells.distinctCodeCount), "cells that \(codes.cells.sampleCount) samples visit"),
            Fact(templates.worstResidual.map { NumberText.significant($0, digits: 2) } ?? "–", "worst residual of f(x) = A[x]x + b[x]"),
        ]
    }

    /// The page of this network alone.
    public func page(provenance: Provenance) -> Page {
        Page(
            title: "\(data.model.title), read exactly", kicker: "Network report",
            lead: """
                Near every input x the network is one affine map, \(math: .tokens("f ( x ) = A [ x ] x + b [ x ]")). This page shows \
                these maps on \(data.test.name).
                """,
            introduction: [.facts(facts)], sections: sections, provenance: provenance)
    }

    /// The page of the templates alone.
    public static func templatesPage(
        _ reading: TemplatesReading, _ data: ReportData, options: ReportOptions = .init(), provenance: Provenance
    ) throws -> Page {
        var sections: [Page.Section] = [.init("Templates", try TemplatesSection.blocks(reading, data, classLimit: options.drawnClassCount))]
        if data.model.outputCount > 1 {
            sections.append(.init("Gram matrices", GramSection.blocks(reading, data, classLimit: options.drawnClassCount)))
        }
        sections.append(.init("How exact this is", ExactnessSection.blocks(reading)))
        return Page(
            title: "Templates of \(data.model.title)", kicker: "Templates",
            lead: "What the network compares \(reading.samples.count) samples of \(data.test.name) with, class by class.",
            sections: sections, provenance: provenance)
    }
}
