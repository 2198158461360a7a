// Threads that wait for work. Which thread does what is fixed, so that results do not depend on timing.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// `count` tasks at a time: the caller does task 0, a thread of its own each of the others.
package final class WorkerPool: @unchecked Sendable {
    // Sendable: every field below is read and written under the mutex, but for the task, which is fixed while a round runs.

    package let count: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var round = 0
    private var unfinished = 0
    private var isClosing = false
    private var task: ((Int) -> Void)?

    package init(count: Int) {
        precondition(count >= 1, "\(count) workers")
        self.count = count
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        unfinished = count - 1
        for index in 1..<max(count, 1) { start(index) }
        wait()
    }

    /// - Precondition: no round is running.
    package func close() {
        pthread_mutex_lock(mutex)
        (isClosing, unfinished) = (true, count - 1)
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
        wait()
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Runs `body(0)` … `body(count − 1)` at the same time and returns when all are done.
    package func run(_ body: @escaping (Int) -> Void) {
        pthread_mutex_lock(mutex)
        (task, unfinished) = (body, count - 1)
        round += 1
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
        body(0)
        wait()
        task = nil
    }

    private func wait() {
        pthread_mutex_lock(mutex)
        while unfinished > 0 { pthread_cond_wait(changed, mutex) }
        pthread_mutex_unlock(mutex)
    }

    private func finishOne() {
        unfinished -= 1
        if unfinished == 0 { pthread_cond_broadcast(changed) }
    }

    private final class Start: Sendable {
        let pool: WorkerPool
        let index: Int
        init(_ pool: WorkerPool, _ index: Int) { (self.pool, self.index) = (pool, index) }
    }

    private func start(_ index: Int) {
        let argument = Unmanaged.passRetained(Start(self, index)).toOpaque()
        #if canImport(Glibc)
            var thread = pthread_t()
            let status = pthread_create(&thread, nil, { WorkerPool.enter($0!) }, argument)
            pthread_detach(thread)
        #else
            var thread: pthread_t?
            let status = pthread_create(&thread, nil, { WorkerPool.enter($0) }, argument)
            if let thread { pthread_detach(thread) }
        #endif
        precondition(status == 0, "pthread_create: status \(status)")
    }

    private static func enter(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.pool.work(start.index)
        return nil
    }

    private func work(_ index: Int) {
        pthread_mutex_lock(mutex)
        var seen = round
        finishOne()
        while true {
            while round == seen && !isClosing { pthread_cond_wait(changed, mutex) }
            if isClosing { break }
            seen = round
            let body = task
            pthread_mutex_unlock(mutex)
            body?(index)
            pthread_mutex_lock(mutex)
            finishOne()
        }
        finishOne()
        pthread_mutex_unlock(mutex)
    }
}
