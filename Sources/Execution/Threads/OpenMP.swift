// oneDNN is built on OpenMP, whose number of threads is a setting of each thread. Plans use one; replicas are our threads.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

enum OpenMP {
    private typealias SetThreads = @convention(c) (Int32) -> Void

    /// `omp_set_num_threads`, where a library has brought OpenMP along.
    private static let setThreads: SetThreads? = {
        dlsym(dlopen(nil, RTLD_NOW), "omp_set_num_threads").map { unsafeBitCast($0, to: SetThreads.self) }
    }()

    /// Keeps OpenMP on the calling thread to that thread.
    static func useOneThread() { setThreads?(1) }
}
