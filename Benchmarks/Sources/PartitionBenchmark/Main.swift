// Times exact partitions of fully connected ReLU networks in the reference format (made by Tools/partition_networks.py):
//
//     PartitionBenchmark NETWORK.json …
//
// Prints for each network its cells after each nonlinearity, and the best processor time of several runs on one thread.

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

/// Processor time of this process in milliseconds: other work shares the machine.
func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
}

for path in CommandLine.arguments.dropFirst() {
    let network = try JSONDecoder().decode(Case.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    let program = try network.program()
    let domain = Domain.box(network.domain.box.map { $0[0]...$0[1] })
    var (best, spent, line) = (Double.infinity, 0.0, "")
    while spent < 500 {
        let start = processorTime()
        if domain.dimension == 2 {
            let outcome = try TiledPartition(of: program, on: domain).count()
            line = "\(outcome.cellCounts)"
        } else {
            line = "\(try ExactSubdivision(of: program, on: domain).forEachCell { _ in })"
        }
        let time = processorTime() - start
        best = min(best, time)
        spent += time
    }
    print("\(network.name): \(line) in \(best) ms")
}
