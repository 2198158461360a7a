// Times exact partitions of fully connected ReLU networks in the reference format (made by Tools/partition_networks.py):
//
//     PartitionBenchmark NETWORK.json …
//
// Prints for each network its cells, the best time of several runs, and how many signs needed exact arithmetic.

import Foundation
import MaxAffineSplines

struct Case: Decodable {
    struct Layer: Decodable {
        let kind: String
        let weight: [[Double]]?
        let bias: [Double]?
    }
    struct Network: Decodable {
        let inputSize: Int
        let layers: [Layer]
    }
    struct JSONDomain: Decodable { let box: [[Double]] }
    let name: String
    let network: Network
    let domain: JSONDomain

    func program() throws -> PiecewiseAffineProgram {
        var program = PiecewiseAffineProgram(inputCount: network.inputSize)
        for layer in network.layers {
            if let weight = layer.weight {
                let matrix = SparseMatrix(dense: weight, columnCount: program.outputCount)
                try program.append(.affine([.init(source: program.last, matrix: matrix)], offset: layer.bias!))
            } else {
                let pieces = [PiecewiseFunction](repeating: .relu, count: program.outputCount)
                try program.append(.pieces(source: program.last, pieces: pieces))
            }
        }
        return program
    }
}

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let elapsed = try clock.measure(body)
    return Double(elapsed.components.seconds) * 1e3 + Double(elapsed.components.attoseconds) * 1e-15
}

for path in CommandLine.arguments.dropFirst() {
    let network = try JSONDecoder().decode(Case.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    let program = try network.program()
    let domain = Domain.box(network.domain.box.map { $0[0]...$0[1] })
    guard domain.dimension == 2 else { continue }
    var (best, spent, partition) = (Double.infinity, 0.0, try PlanarPartition(of: program, on: domain))
    while spent < 500 {
        let time = try milliseconds { partition = try PlanarPartition(of: program, on: domain) }
        best = min(best, time)
        spent += time
    }
    var (fastest, total, counts) = (Double.infinity, 0.0, [Int]())
    while total < 500 {
        let time = try milliseconds { counts = try PlanarPartition.cellCounts(of: program, on: domain) }
        fastest = min(fastest, time)
        total += time
    }
    print("\(network.name): \(counts) in \(fastest) ms by tiles")
    print("\(network.name): \(partition.cellCount) cells, \(best) ms, \(partition.exactSignCount) exact signs")
}
