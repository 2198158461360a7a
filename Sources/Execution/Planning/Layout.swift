// Layouts (DESIGN §4, step 4): images live channels-last between layers, everything else row-major. At the boundary all is row-major.

import Graphs
import Tensors

/// The order of a value's axes in memory.
enum Layout: Hashable {
    /// As the shape says.
    case rowMajor
    /// Axis 1 innermost: `[N, C, …]` lies in memory as `[N, …, C]`. For three axes or more.
    case channelsLast

    /// The axes from outermost to innermost in memory.
    func order(rank: Int) -> [Int] {
        switch self {
        case .rowMajor: Array(0..<rank)
        case .channelsLast: rank < 3 ? Array(0..<rank) : [0] + Array(2..<rank) + [1]
        }
    }

    /// The sizes of the axes in the order of memory.
    func physical(_ shape: Shape) -> Shape { order(rank: shape.count).map { shape[$0] } }

    /// For each axis of the shape the distance of neighbours along it.
    func strides(_ shape: Shape) -> [Int] {
        var strides = [Int](repeating: 0, count: shape.count)
        for (axis, stride) in zip(order(rank: shape.count), physical(shape).rowMajorStrides) { strides[axis] = stride }
        return strides
    }

    /// Whether elements of `shape` lie in the same order under both layouts: where only one axis of those that move is not 1.
    static func coincide(for shape: Shape) -> Bool {
        shape.count < 3 || shape[1] == 1 || shape.dropFirst(2).allSatisfy { $0 == 1 } || shape.contains(0)
    }
}

/// Where in a smaller array an entry of a loop is found: entry i at `i / (repeats · period) · period + i % period`.
///
/// It covers every broadcast and sum whose kept axes lie, in memory, at the outside, the inside or both.
struct Access: Hashable {
    let period: Int
    let repeats: Int

    /// The access for a loop over `shape` in `layout`, when the axes in `dropped` do not exist in the smaller, row-major array;
    /// `nil` where kept and dropped axes alternate more often, or the smaller array's axes lie in another order.
    init?(shape: Shape, layout: Layout, dropping dropped: [Int]) {
        let order = layout.order(rank: shape.count).filter { shape[$0] != 1 }
        let kept = order.filter { !dropped.contains($0) }
        guard kept == kept.sorted() else { return nil }
        let inner = order.reversed().prefix { !dropped.contains($0) }
        let middle = order.dropLast(inner.count).reversed().prefix { dropped.contains($0) }
        guard order.dropLast(inner.count + middle.count).allSatisfy({ !dropped.contains($0) }) else { return nil }
        period = inner.map { shape[$0] }.elementCount
        repeats = middle.map { shape[$0] }.elementCount
    }

    init(period: Int, repeats: Int) { (self.period, self.repeats) = (period, repeats) }
}
