// Street View House Numbers, the cropped digits: two MATLAB files with X of 32×32×3×N bytes and y of N classes, where 10 means 0.

import Tensors

/// Reading SVHN's cropped digits.
package enum SVHN {
    /// The images of a split, shape `[N, 3, 32, 32]`, from `train_32x32.mat` or `test_32x32.mat` in a folder.
    static func read(folder: String, split: Split, name: String, budget: MemoryBudget) throws(InterchangeError) -> DataSet {
        let path = try existing("\(split.rawValue)_32x32.mat", in: folder)
        let file = try InputFile(path: path, budget: budget)
        return try read(bytes: try file.contents(), file: path, name: name, budget: budget)
    }

    package static func read(bytes: [UInt8], file: String, name: String, budget: MemoryBudget = .standard) throws(InterchangeError)
        -> DataSet
    {
        let arrays = try MATLABFile.read(bytes, file: file, budget: budget)
        guard let images = arrays.first(where: { $0.name == "X" })?.tensor, let classes = arrays.first(where: { $0.name == "y" })?.tensor
        else {
            throw .malformed(
                file: file, place: "arrays", expected: "X and y", found: arrays.map { quoted($0.name) }.joined(separator: ", "))
        }
        guard case .uint8(let stored) = images, stored.rank == 4, stored.shape[0] > 0, Array(stored.shape.dropFirst()) == [3, 32, 32] else {
            throw .malformed(
                file: file, place: "X", expected: "bytes of size 32×32×3×N",
                found: "\(images.elementType.rawValue) of size \(images.shape.reversed().map(String.init).joined(separator: "×"))")
        }
        let count = stored.shape[0]
        // y is N×1, so [1, N] with its axes reversed.
        var labels = try classes.reshaped([classes.count]).labels(count: count, file: "\(file): y", classCount: 11)
        if let wrong = labels.firstIndex(of: 0) {
            throw .malformed(file: "\(file): y", place: "label \(wrong)", expected: "a class in 1…10", found: "0")
        }
        for i in labels.indices where labels[i] == 10 { labels[i] = 0 }
        // Stored are the planes' columns one after the other; wanted are their rows.
        var pixels = [UInt8](repeating: 0, count: stored.count)
        let source = stored.elements
        for plane in stride(from: 0, to: source.count, by: 1024) {
            for row in 0..<32 { for column in 0..<32 { pixels[plane + 32 * row + column] = source[plane + 32 * column + row] } }
        }
        return DataSet(name: name, samples: .uint8(Tensor(shape: stored.shape, elements: pixels)), labels: labels, classCount: 10)
    }
}
