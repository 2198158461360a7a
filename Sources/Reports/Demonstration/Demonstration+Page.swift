// The page of the demonstration: the toy network first, then real images with the sections of any report.

import Analysis
import Figures
import Interchange
import Partitions
import Splines
import Training

extension Demonstration {
    /// The page.
    /// - Throws: what laying out the layers throws: a bug.
    public func page(command: String, version: String) throws -> Page {
        Page(
            title: "A network, cell by cell", kicker: "Max-affine splines",
            lead: """
                A network of ReLUs cuts its input space into convex cells and is one affine map on each, \
                \(math: .tokens("f ( x ) = A [ x ] x + b [ x ]")). Read the cells and the maps, and you know exactly what it does, at \
                every input.
                """,
            introduction: [.facts(facts)],
            sections: try toySections() + digitsSections() + [.init("What to try next", nextSteps)],
            provenance: Provenance(
                command: command, version: version, seed: seed,
                modelHash: "\(toy.last.model.digest.prefix(12)) (toy), \(report.data.model.digest.prefix(12)) (digits)",
                worstResidual: worstResidual, remarks: report.data.remarks))
    }

    private var facts: [Fact] {
        [
            Fact(NumberText.count(regions), "cells of the toy network"),
            Fact(NumberText.percent(toy.result.test?.accuracy ?? .nan), "of toy test points right"),
            Fact(NumberText.percent(report.test.accuracy), "of test digits right"),
            Fact(NumberText.significant(worstResidual, digits: 2), "worst residual of f(x) = A[x]x + b[x]"),
        ]
    }

    // MARK: The toy network

    private func toySections() throws -> [Page.Section] {
        [
            .init("The one idea", idea),
            .init("The network as operators", try operators()),
            .init("Training", training),
            .init("How the layers cut the plane", frames),
            .init("Point at a cell", anchor: "cells", try explorer()),
        ]
    }

    private var idea: [Block] {
        [
            .paragraph(
                """
                A unit such as ReLU is the largest of a few affine functions: \(math: .tokens("max ( 0 , u )")) has two pieces. Which \
                piece is largest is the unit's \(emphasis: "code"). Fix the codes of all units, and what is left of the network is affine.
                """),
            .formula(.tokens("f ( x ) = A [ x ] x + b [ x ]")),
            .list([
                "\(strong: "Cell"): all inputs with the same code. It is a convex polygon here, a polytope in general.",
                "\(strong: "Template"): a row of A[x], what the input is compared with for one class.",
                "\(strong: "Offset"): an entry of b[x], what is added to that comparison.",
            ]),
            .paragraph(
                """
                No cell or map on this page is an approximation: cells are cut exactly, and maps are read from the network's own weights.
                """),
        ]
    }

    private func operators() throws -> [Block] {
        let layers = try toy.last.model.readable.graph(batch: 1).layers()
        return [
            .paragraph(
                """
                A max-affine spline operator has K units, each the largest of R affine pieces. The toy network has two such layers and \
                an affine end: two inputs, 45 and 3 ReLUs, one output for each of four classes.
                """),
            .table(
                LayersSection.table(
                    layers,
                    caption:
                        "The toy network, \(toy.last.model.parameterCount) parameters. A layer is one nonlinearity with the affine operators before it."
                )),
        ]
    }

    private var training: [Block] {
        let history = toy.result.history
        return [
            .paragraph(
                """
                The data are four interleaved spiral arms, \(toy.train.count) points, a class each. The network learns them with Adam and \
                cross-entropy in \(history.count) epochs.
                """),
            .figures(TrainingFigures.figures(history)),
        ]
    }

    private var frames: [Block] {
        let frames = toy.moments.map { moment -> Frames.Frame in
            let pictures = PartitionPictures(moment, data: toy.train)
            return Frames.Frame(
                label: "\(moment.epoch)",
                figures: [
                    Figure(
                        pictures.first().picture(), caption: "\(strong: "Layer 1"): \(moment.firstCellCount) cells. Darker: more units on."
                    ),
                    Figure(
                        pictures.second().picture(),
                        caption: "\(strong: "Layer 2") seen in the input space: a colour a code."),
                    Figure(
                        pictures.both().picture(),
                        caption: "\(strong: "Both"): \(moment.whole.cellCount) cells, class colours, decision boundary, samples."),
                ])
        }
        return [
            .paragraph(
                """
                Each of the 45 units of layer 1 switches along a straight line. Each of the 3 units of layer 2 switches where its input is \
                zero, which is straight within a cell of layer 1 and bends at its border: so regions of layer 2 are unions of cells, neither \
                convex nor connected in general. Before training all offsets are zero, so all lines meet in one point. Move the slider through training; every map shows the square [−1, 1]².
                """),
            .frames(Frames(title: "Epoch", frames: frames)),
            .figure(cellCounts),
        ]
    }

    private var cellCounts: Figure {
        let epochs = toy.moments.map { Double($0.epoch) }
        func points(_ count: (ToyRun.Moment) -> Int) -> [SIMD2<Double>] {
            zip(epochs, toy.moments).map { SIMD2($0, Double(count($1))) }
        }
        var cells = LineChart(
            title: "Cells", description: "At the end \(toy.last.firstCellCount) after layer 1 and \(regions) in all.", xLabel: "epoch",
            yLabel: "cells in the square",
            series: [
                .init("layer 1", points: points { $0.firstCellCount }, paint: .of(class: 2)),
                .init("both", points: points { $0.whole.cellCount }, paint: .of(class: 3)),
            ])
        (cells.including, cells.width, cells.height) = ([0], 520, 260)
        return Figure(cells.picture(), caption: "How many cells the layers cut the square [−1, 1]² into, through training.")
    }

    private func explorer() throws -> [Block] {
        [
            .paragraph(
                """
                The trained network has \(regions) cells. Inside one of them it \(emphasis: "is") the affine map shown: the four rows are the \
                templates of the classes with their offsets, and the class with the largest value wins.
                """),
            .cellExplorer(try ToyCells.explorer(toy)),
        ]
    }

    // MARK: Real images

    private func digitsSections() -> [Page.Section] {
        let introduction = Page.Section(
            "Real images: digits",
            [
                .paragraph(
                    """
                    The same reading of a convolutional network: 8×8 images of handwritten digits, \(report.data.train?.count ?? 0) to learn \
                    from and \(report.data.test.count) to test. The input space has 64 dimensions now, so its cells cannot be drawn; but \
                    every image lies in one, and its code, templates and offsets are read in the same way.
                    """),
                .facts(report.facts),
                .figures(TrainingFigures.figures(digits.history)),
                .note(
                    """
                    The sections below are those of \(code: "maso report"), which reads any image network like this.
                    """),
            ])
        return [introduction]
            + report.sections.map { section in
                Page.Section("Digits · \(section.title)", section.blocks)
            }
    }

    private var nextSteps: [Block] { [.list(Demonstration.nextSteps.map { "\(code: $0.command) \($0.what)" })] }

    /// Commands that go on from here.
    public static let nextSteps: [(command: String, what: String)] = [
        ("maso train DigitsCNN --data digits -o digits.safetensors", "trains the second network and keeps it"),
        ("maso report digits.safetensors --data digits -o report.html", "reads it, or your own, on one page"),
        ("maso affine digits.safetensors x.npy -o maps", "writes A[x] and b[x] as arrays"),
        ("maso templates digits.safetensors --data digits --samples 0,1,2 -o templates.html", "draws templates of chosen images"),
    ]
}
