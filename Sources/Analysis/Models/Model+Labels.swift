// Classes by name: a file numbers the names that it has, a network those that it was trained on.

public import Interchange
import Networks
import Tensors

extension Model {
    /// The data with their classes numbered as the network's, where both name them.
    /// - Throws: `InterchangeError.malformed` for a class that the network does not have.
    public func aligned(_ data: DataSet) throws(InterchangeError) -> DataSet {
        guard let names = classNames, let given = data.classNames, given != names else { return data }
        var numbers: [Int] = []
        for name in given {
            guard let number = names.firstIndex(of: name) else {
                throw .malformed(
                    file: data.name, place: "labels", expected: "the network's classes \(names.joined(separator: ", "))",
                    found: "'\(name)'")
            }
            numbers.append(number)
        }
        return DataSet(
            name: data.name, samples: data.samples, labels: data.labels.map { numbers[$0] }, classCount: names.count, classNames: names)
    }
}
