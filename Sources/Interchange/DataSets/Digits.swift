// The UCI digits, embedded so that everything runs offline.

import Tensors

/// 1 797 handwritten digits, 8×8, values 0…16 (E. Alpaydin and C. Kaynak, UCI 1998, CC BY 4.0; from scikit-learn).
public enum Digits {
    /// The first 1 437 are for training, the last 360 for testing, as `train_test_split(…, test_size=0.2, shuffle=False)` of
    /// scikit-learn has it.
    public static let trainCount = 1_437

    /// The images of a split, shape `[N, 1, 8, 8]`.
    public static func dataSet(_ split: Split) -> DataSet {
        let all = all
        return all.subset(split == .train ? Array(0..<trainCount) : Array(trainCount..<all.count))
    }

    /// All images in their own order, shape `[1797, 1, 8, 8]`.
    public static var all: DataSet {
        var (pixels, labels): ([UInt8], [Int]) = ([], [])
        pixels.reserveCapacity(1_797 * 64)
        let text = UnsafeBufferPointer(start: digitsText.utf8Start, count: digitsText.utf8CodeUnitCount)
        // A line is a label, 64 pixels and a line break, which the last line lacks.
        for start in stride(from: 0, to: text.count, by: 66) {
            labels.append(Int(text[start] - UInt8(ascii: "0")))
            for place in start + 1..<start + 65 { pixels.append(text[place] - UInt8(ascii: "A")) }
        }
        return DataSet(
            name: "digits", samples: .uint8(Tensor(shape: [labels.count, 1, 8, 8], elements: pixels)), labels: labels, classCount: 10)
    }
}
