// Labels from files: whole numbers from 0 that leave the number of classes within reason.

import Tensors

/// The largest number of classes that is read.
let maximumClassCount = 65_536

extension NumericTensor {
    /// A label for each of `count` samples, shape `[N]` or `[N, 1]`; floating point is accepted where every value is whole.
    func labels(count: Int, file: String, classCount: Int? = nil) throws(InterchangeError) -> [Int] {
        let shape = shape
        guard shape == [count] || shape == [count, 1] else {
            throw .malformed(file: file, place: "shape", expected: "[\(count)], a label for every sample", found: "\(shape)")
        }
        let most = classCount ?? maximumClassCount
        if let labels = integers {
            if let wrong = labels.firstIndex(where: { $0 < 0 || $0 >= most }) {
                throw .malformed(file: file, place: "label \(wrong)", expected: "a class in 0 ..< \(most)", found: "\(labels[wrong])")
            }
            return labels
        }
        let values = converted(to: Double.self).elements
        if let wrong = values.firstIndex(where: { !($0 >= 0 && $0 < Double(most) && $0 == $0.rounded()) }) {
            throw .malformed(file: file, place: "label \(wrong)", expected: "a class in 0 ..< \(most)", found: "\(values[wrong])")
        }
        return values.map { Int($0) }
    }
}
