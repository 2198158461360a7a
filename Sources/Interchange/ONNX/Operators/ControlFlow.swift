// If and Loop, whose conditions and counts are known when the model is read: the branch taken, the turns written out.

import Graphs
import Tensors

extension NodeContext {
    func branch() throws(InterchangeError) -> [ImportedValue] {
        let (thenBranch, elseBranch) = (try graph("then_branch"), try graph("else_branch"))
        let condition = try integers(0, "the condition")
        try require(condition.count == 1, "its condition is not one truth value")
        return try importer.inline(condition[0] == 1 ? thenBranch : elseBranch, [], parent: scope, place: node.place)
    }

    func loop() throws(InterchangeError) -> [ImportedValue] {
        let body = try graph("body")
        let count = try optional(0).map { v throws(InterchangeError) in try integers(v, "the count") }
        var goesOn = try optional(1).map { v throws(InterchangeError) in try integers(v, "the condition") } ?? [1]
        try require(count?.count ?? 1 == 1 && goesOn.count == 1, "its count or condition is not a single value")
        var carried = try operands(from: 2)
        try require(
            body.inputs.count == carried.count + 2 && body.outputs.count >= carried.count + 1,
            "its body does not fit \(carried.count) carried values")
        guard count != nil || optional(1) != nil else { throw malformed("has neither a count nor a condition") }
        var scans = [[ImportedValue]](repeating: [], count: body.outputs.count - carried.count - 1)
        var turn = 0
        while goesOn[0] == 1 && turn < count?[0] ?? .max {
            guard turn < 10_000 else { throw unsupported("turns more than 10000 times") }
            let given = [ImportedValue.integers([turn], []), ImportedValue(.bool, [], constant: .integers(goesOn))] + carried
            let results = try importer.inline(body, given, parent: scope, place: node.place)
            goesOn = try integers(results[0], "the condition")
            try require(goesOn.count == 1, "its condition is not one truth value")
            carried = Array(results[1...carried.count])
            for (k, result) in results[(carried.count + 1)...].enumerated() { scans[k].append(result) }
            turn += 1
        }
        var stacked: [ImportedValue] = []
        for (k, parts) in scans.enumerated() {
            guard let first = parts.first else {
                let info = body.outputs[carried.count + 1 + k]
                guard let type = info.type, type != .string else { throw unsupported("turns no time and gives \(quoted(info.name))") }
                let sizes = (info.dimensions ?? []).map { dimension -> Int in if case .size(let size) = dimension { size } else { 0 } }
                stacked.append(ImportedValue(type, [0] + sizes, constant: type.isFloatingPoint ? .numbers([]) : .integers([])))
                continue
            }
            try require(parts.allSatisfy { $0.shape == first.shape }, "its turns give values of different shapes")
            try importer.checkSize([parts.count] + first.shape, node.place)
            stacked.append(try moved(parts) { g, u throws(GraphError) in try g.stack(u, axis: 0) })
        }
        return carried + stacked
    }
}
