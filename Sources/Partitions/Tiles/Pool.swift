// Plain growing memory for the tiled partition, where arrays' checks and copies would cost more than the work.

/// An owned buffer of trivial elements. Not checked: its users keep their indices below `count`.
struct Pool<Element: BitwiseCopyable>: ~Copyable {
    private(set) var start: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private(set) var capacity: Int

    init(capacity: Int = 64) {
        self.capacity = capacity
        start = .allocate(capacity: capacity)
    }

    init(repeating element: Element, count: Int) {
        self.init(capacity: max(count, 1))
        start.initialize(repeating: element, count: count)
        self.count = count
    }

    deinit { start.deallocate() }

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

    mutating func removeAll() { count = 0 }

    @inline(never) private mutating func grow(to needed: Int) {
        let room = max(needed, 2 * capacity)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: room)
        larger.update(from: start, count: min(count, capacity))
        start.deallocate()
        (start, capacity) = (larger, room)
    }
}

/// The next multiple of 8, what the kernels take at a time.
@inline(__always) func padded(_ count: Int) -> Int { (count + 7) & ~7 }
