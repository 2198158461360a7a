// Memory that the tiles of one thread take and give back: fresh pages would cost more than the work that is done on them.

import Synchronization

/// Blocks of memory by size, kept for the next taker.
///
/// Sendable: a store belongs to whom `lend` gave it until it is back, and its blocks are given back before that.
final class BlockStore: @unchecked Sendable {
    /// A store that holds more than this is not kept for a later call.
    private static let keptBytes = 128 << 20
    private static let idle = Mutex<[BlockStore]>([])

    /// Blocks of 2ⁱ bytes.
    private var blocks = [[UnsafeMutableRawPointer]](repeating: [], count: Int.bitWidth)
    private var byteCount = 0

    /// Runs `body` with a store of its own; pools made of it must not outlive the call.
    static func lend<R>(_ body: (BlockStore) throws -> R) rethrows -> R {
        let store = idle.withLock { $0.popLast() } ?? BlockStore()
        defer { if store.byteCount <= keptBytes { idle.withLock { $0.append(store) } } }
        return try body(store)
    }

    func take(_ sizeClass: Int) -> UnsafeMutableRawPointer {
        if let block = blocks[sizeClass].popLast() { return block }
        byteCount += 1 << sizeClass
        return .allocate(byteCount: 1 << sizeClass, alignment: 64)
    }

    func give(_ block: UnsafeMutableRawPointer, _ sizeClass: Int) { blocks[sizeClass].append(block) }

    deinit { for block in blocks.joined() { block.deallocate() } }
}
