// How far the numbers can be believed: residual, margin, boundary (DESIGN §3).

import Figures

enum ExactnessSection {
    static func blocks(_ reading: TemplatesReading) -> [Block] {
        guard let residual = reading.worstResidual, let margin = reading.smallestMargin else {
            return [
                .paragraph(
                    "The network has smooth nodes: slopes are Jacobians at the samples, valid to first order and nowhere exact beyond.")
            ]
        }
        return [
            .facts([
                Fact(NumberText.significant(residual, digits: 2), "worst residual"),
                Fact(NumberText.significant(margin, digits: 2), "smallest margin"),
                Fact(NumberText.count(reading.boundaryCount), "samples on a boundary"),
            ]),
            .paragraph(
                """
                All maps are read in double precision from the network's own weights, at \(reading.count) samples. The residual compares \
                f(x) with A[x]x + b[x], where b[x] is computed on its own, relative to the outputs; nothing but rounding is left. The \
                margin is the relative distance of a unit to the tie where its piece changes; a sample within rounding of a tie lies \
                \(emphasis: "on a boundary"): there the first piece is taken, by convention.
                """),
        ]
    }
}
