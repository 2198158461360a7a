// A domain in words, for pages.

import Figures
import Partitions

extension Domain {
    /// What is cut: "the box [−1, 1] × [0, 2]", "the whole plane"; of a slice that it is one.
    var text: String {
        let place =
            switch region {
            case .box(let ranges):
                "the box "
                    + ranges.map { range in
                        let digits = NumberText.digits(between: range.lowerBound, range.upperBound)
                        return
                            "[\(NumberText.significant(range.lowerBound, digits: digits)), \(NumberText.significant(range.upperBound, digits: digits))]"
                    }.joined(separator: " × ")
            case .polygon(let corners): "a polygon of \(corners.count) corners"
            case .whole(let dimension): dimension == 1 ? "the whole line" : "the whole plane"
            }
        return place + (embedding.map { ", coordinates of a slice of \($0.origin.count) inputs" } ?? "")
    }
}
