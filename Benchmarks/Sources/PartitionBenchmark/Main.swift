// Times exact partitions of fully connected ReLU networks in the reference format (made by Tools/partition_networks.py):
//
//     PartitionBenchmark [--filter | --threads N] NETWORK.json …
//
// Prints for each network its cells after each nonlinearity, and the best processor time of several runs on one thread. With --filter, how
// often floating point left a sign open in one run, and what exact arithmetic cost; with --threads, the best elapsed times of one thread
// and of N, alternated.

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

func describe(_ statistics: FilterStatistics) -> String {
    "\(statistics.signCount) signs, \(statistics.longSignCount) decided in pairs of Doubles, \(statistics.exactSignCount) exactly, "
        + "\(statistics.zeroSignCount) of both zeros, "
        + "\((statistics.exactSeconds * 1e4).rounded() / 10) ms exact"
}

func elapsedMilliseconds(_ body: () -> Void) -> Double {
    let elapsed = ContinuousClock().measure(body).components
    return Double(elapsed.seconds) * 1e3 + Double(elapsed.attoseconds) * 1e-15
}

var paths = Array(CommandLine.arguments.dropFirst())
let showsFilter = paths.first == "--filter"
let threads = paths.first == "--threads" ? Int(paths[1]) : nil
paths.removeFirst(showsFilter ? 1 : threads == nil ? 0 : 2)
for path in paths {
    let network = try JSONDecoder().decode(Case.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    let program = try network.program()
    let domain = Domain.box(network.domain.box.map { $0[0]...$0[1] })
    if let threads {
        let partition = try TiledPartition(of: program, on: domain)
        var best = (one: Double.infinity, many: Double.infinity)
        for _ in 0..<15 {
            best.one = min(best.one, elapsedMilliseconds { _ = partition.count() })
            best.many = min(best.many, elapsedMilliseconds { _ = partition.count(threads: threads) })
        }
        print("\(network.name): \(best.one) ms on one thread, \(best.many) ms on \(threads), \(best.one / best.many) times as fast")
        continue
    }
    var (best, spent, line) = (Double.infinity, 0.0, "")
    var statistics: FilterStatistics?
    while spent < 500 {
        let start = processorTime()
        if domain.dimension == 2 {
            let outcome = try TiledPartition(of: program, on: domain).count()
            line = "\(outcome.cellCounts)"
            statistics = outcome.statistics
        } else {
            line = "\(try SolidPartition(of: program, on: domain).forEachCell { _ in }.cellCounts)"
        }
        let time = processorTime() - start
        best = min(best, time)
        spent += time
    }
    print("\(network.name): \(line) in \(best) ms" + (showsFilter ? statistics.map { "; " + describe($0) } ?? "" : ""))
}
