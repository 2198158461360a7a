// Plain growing memory for the tiled partition, where arrays' checks and copies would cost more than the work.

/// An owned buffer of trivial elements. Not checked: its users keep their indices below `count`.
struct Pool<Element: BitwiseCopyable>: ~Copyable {
    private(set) var start: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private(set) var capacity: Int
    private var sizeClass: Int
    private let store: BlockStore

    init(_ store: BlockStore, capacity: Int = 64) {
        self.store = store
        (start, self.capacity, sizeClass) = Pool.block(of: store, capacity: capacity)
    }

    init(_ store: BlockStore, repeating element: Element, count: Int) {
        self.init(store, capacity: count)
        start.initialize(repeating: element, count: count)
        self.count = count
    }

    deinit { store.give(start, sizeClass) }

    private static func block(of store: BlockStore, capacity: Int) -> (start: UnsafeMutablePointer<Element>, capacity: Int, sizeClass: Int)
    {
        let bytes = max(64, capacity * MemoryLayout<Element>.stride)
        let sizeClass = Int.bitWidth - (bytes - 1).leadingZeroBitCount
        let start = store.take(sizeClass).assumingMemoryBound(to: Element.self)
        return (start, (1 << sizeClass) / MemoryLayout<Element>.stride, sizeClass)
    }

    @inline(__always) subscript(index: Int) -> Element {
        get { start[index] }
        nonmutating set { start[index] = newValue }
    }

    @inline(__always) mutating func append(_ element: Element) {
        if count == capacity { grow(to: count + 1) }
        start[count] = element
        count += 1
    }

    /// Makes room for `count` elements in all; new ones are not initialised.
    @inline(__always) mutating func resize(to newCount: Int) {
        if newCount > capacity { grow(to: newCount) }
        count = newCount
    }

    /// Room for `capacity` elements, so that they need not be moved later.
    mutating func reserve(_ capacity: Int) { if capacity > self.capacity { grow(to: capacity) } }

    mutating func removeAll() { count = 0 }

    /// Becomes a copy of `other`.
    mutating func assign(_ other: borrowing Pool<Element>) {
        removeAll()
        resize(to: other.count)
        start.update(from: other.start, count: other.count)
    }

    @inline(never) private mutating func grow(to needed: Int) {
        let (larger, room, sizeClass) = Pool.block(of: store, capacity: max(needed, 2 * capacity))
        larger.update(from: start, count: min(count, capacity))
        store.give(start, self.sizeClass)
        (start, capacity, self.sizeClass) = (larger, room, sizeClass)
    }
}

/// The next multiple of 8, what the kernels take at a time.
@inline(__always) func padded(_ count: Int) -> Int { (count + 7) & ~7 }
