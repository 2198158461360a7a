// The shared reference partitions (Fixtures/README.md): networks as JSON with exact answers, read here without any of the package's
// own readers.

import Foundation
import Partitions
import Testing

/// One reference network, its domain, and the answer.
struct ReferenceCase: Decodable, Sendable, CustomTestStringConvertible {
    struct Answer: Decodable, Sendable {
        let regions: Int
        let regionsPerLayer: [Int]
        let distinctAffineMaps: Int
        let boundaryLength: Double?
        let minVolume: Double?
        let maxVolume: Double?
        let total: Double
    }

    struct Layer: Decodable, Sendable {
        struct Numbers: Decodable, Sendable {
            let values: [Double]
            let shape: [Int]

            init(from decoder: any Decoder) throws {
                if let number = try? decoder.singleValueContainer().decode(Double.self) {
                    (values, shape) = ([number], [])
                } else {
                    var container = try decoder.unkeyedContainer()
                    var parts: [Numbers] = []
                    while !container.isAtEnd { parts.append(try container.decode(Numbers.self)) }
                    (values, shape) = (parts.flatMap(\.values), [parts.count] + (parts.first?.shape ?? []))
                }
            }
        }
        let kind: String
        let weight: Numbers?
        let bias: [Double]?
        let stride: [Int]?
        let padding: [Int]?
        let inputShape: [Int]?
        let kernel: [Int]?
        let groups: Int?
        let slope: Double?
        let low: Double?
        let high: Double?
        let body: [Layer]?
        let bodies: [[Layer]]?
    }

    struct Network: Decodable, Sendable {
        let inputSize: Int
        let layers: [Layer]
    }

    struct JSONDomain: Decodable, Sendable {
        struct Embedding: Decodable, Sendable {
            let origin: [Double]
            let directions: [[Double]]
        }
        let box: [[Double]]
        let embedding: Embedding?
    }

    let name: String
    let network: Network
    let domain: JSONDomain
    let answer: Answer

    var testDescription: String { name }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// All cases by name.
    static let all: [ReferenceCase] = {
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.compactMap { file in
            try? JSONDecoder().decode(ReferenceCase.self, from: Data(contentsOf: file))
        }
    }()

    var partitionDomain: Domain {
        Domain(
            .box(domain.box.map { $0[0]...$0[1] }),
            embedding: domain.embedding.map { Domain.Embedding(origin: $0.origin, directions: $0.directions) })
    }

    func program() throws -> PiecewiseAffineProgram {
        var program = PiecewiseAffineProgram(inputCount: network.inputSize)
        try append(network.layers, to: &program, source: 0)
        return program
    }

    /// Appends layers that read the value `source`; returns the value of the last.
    @discardableResult
    private func append(_ layers: [Layer], to program: inout PiecewiseAffineProgram, source: Int) throws -> Int {
        var source = source
        for layer in layers {
            let count = program.counts[source]
            func affine(_ matrix: SparseMatrix, _ offset: [Double]) throws {
                source = try program.append(.affine([.init(source: source, matrix: matrix)], offset: offset))
            }
            func pieces(_ pieces: PiecewiseFunction) throws {
                source = try program.append(.pieces(source: source, pieces: [PiecewiseFunction](repeating: pieces, count: count)))
            }
            switch layer.kind {
            case "dense":
                let (out, values) = (layer.weight!.shape[0], layer.weight!.values)
                let rows = (0..<out).map { Array(values[$0 * count..<($0 + 1) * count]) }
                try affine(SparseMatrix(dense: rows, columnCount: count), layer.bias!)
            case "conv2d":
                let windows = Windows(layer.inputShape!, Array(layer.weight!.shape[2...]), layer.stride!, layer.padding!)
                var (rows, offset): ([[(column: Int, value: Double)]], [Double]) = ([], [])
                let kernelSize = layer.weight!.shape[2] * layer.weight!.shape[3]
                for o in 0..<layer.weight!.shape[0] {
                    for window in windows.places {
                        rows.append(
                            (0..<layer.inputShape![0]).flatMap { channel in
                                window.map { place in
                                    let w = layer.weight!.values[(o * layer.inputShape![0] + channel) * kernelSize + place.kernel]
                                    return (column: channel * windows.planeSize + place.input, value: w)
                                }
                            })
                        offset.append(layer.bias![o])
                    }
                }
                try affine(SparseMatrix(rows: rows, columnCount: count), offset)
            case "avgPool2d", "maxPool2d":
                let windows = Windows(layer.inputShape!, layer.kernel!, layer.stride!, [0, 0])
                let groups = (0..<layer.inputShape![0]).flatMap { channel in
                    windows.places.map { $0.map { channel * windows.planeSize + $0.input } }
                }
                if layer.kind == "maxPool2d" {
                    source = try program.append(.maximum(source: source, groups: groups.map { .init(members: $0) }))
                } else {
                    let rows = groups.map { group in group.map { (column: $0, value: 1 / Double(group.count)) } }
                    try affine(SparseMatrix(rows: rows, columnCount: count), [Double](repeating: 0, count: rows.count))
                }
            case "maxout":
                let size = layer.groups!
                let groups = (0..<count / size).map { i in PiecewiseAffineProgram.Group(members: Array(i * size..<(i + 1) * size)) }
                source = try program.append(.maximum(source: source, groups: groups))
            case "relu": try pieces(.relu)
            case "abs": try pieces(.absoluteValue)
            case "leakyRelu": try pieces(.leakyRelu(slope: layer.slope!))
            case "clip": try pieces(.clip(low: layer.low!, high: layer.high!))
            case "residual":
                let end = try append(layer.body!, to: &program, source: source)
                let terms = [source, end].map { PiecewiseAffineProgram.Term(source: $0, matrix: .identity(count)) }
                source = try program.append(.affine(terms, offset: [Double](repeating: 0, count: count)))
            case "concat":
                let ends = try layer.bodies!.map { try append($0, to: &program, source: source) }
                let total = ends.reduce(0) { $0 + program.counts[$1] }
                var (terms, start): ([PiecewiseAffineProgram.Term], Int) = ([], 0)
                for end in ends {
                    let rows = (0..<total).map { r -> [(column: Int, value: Double)] in
                        (start..<start + program.counts[end]).contains(r) ? [(column: r - start, value: 1)] : []
                    }
                    terms.append(.init(source: end, matrix: SparseMatrix(rows: rows, columnCount: program.counts[end])))
                    start += program.counts[end]
                }
                source = try program.append(.affine(terms, offset: [Double](repeating: 0, count: total)))
            default: throw PartitionError(what: "kind", where: name, expected: "a known layer", got: layer.kind)
            }
        }
        return source
    }

    /// The places of a sliding window in one plane: for each position, the (kernel, input) pairs that are not padding, row by row.
    private struct Windows {
        let planeSize: Int
        let places: [[(kernel: Int, input: Int)]]

        init(_ shape: [Int], _ kernel: [Int], _ stride: [Int], _ padding: [Int]) {
            let (height, width) = (shape[1], shape[2])
            planeSize = height * width
            var places: [[(kernel: Int, input: Int)]] = []
            for top in Swift.stride(from: -padding[0], through: height + padding[0] - kernel[0], by: stride[0]) {
                for left in Swift.stride(from: -padding[1], through: width + padding[1] - kernel[1], by: stride[1]) {
                    var window: [(kernel: Int, input: Int)] = []
                    for i in 0..<kernel[0] {
                        for j in 0..<kernel[1] where (0..<height).contains(top + i) && (0..<width).contains(left + j) {
                            window.append((kernel: i * kernel[1] + j, input: (top + i) * width + left + j))
                        }
                    }
                    places.append(window)
                }
            }
            self.places = places
        }
    }
}
