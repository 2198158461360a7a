// What the machine offers, for `maso doctor`.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The kernels that plans on this machine are made of.
public struct Machine: Hashable, Sendable {
    /// One thing looked for.
    public struct Check: Hashable, Sendable {
        public let name: String
        public let isFound: Bool
        /// What was found, or why it was not.
        public let detail: String
    }

    /// For our own loops.
    public let instructionSet: InstructionSet
    /// Threads that can run at once.
    public let threadCount: Int
    /// Bytes of main memory.
    public let memoryByteCount: Int
    /// The libraries and our own loops, one line each.
    public let checks: [Check]

    /// What this machine offers. Loads the libraries.
    public static var current: Machine {
        let set = InstructionSet.widest
        var checks = [Check(name: "own loops", isFound: true, detail: "compiled for \(set)")]
        switch OneDNNEngine.shared {
        case .success:
            let version = "oneDNN \(OneDNNEngine.version), generates code for \(OneDNNEngine.instructionSet)"
            checks.append(Check(name: "oneDNN", isFound: true, detail: version))
        case .failure(let error): checks.append(Check(name: "oneDNN", isFound: false, detail: "\(error)"))
        }
        switch OpenBLAS.shared {
        case .success(let blas):
            let version = blas.configuration.split(separator: " ").prefix(2).joined(separator: " ")
            checks.append(Check(name: "OpenBLAS", isFound: true, detail: "\(version), kernels for \(blas.coreName)"))
        case .failure(let error): checks.append(Check(name: "OpenBLAS", isFound: false, detail: "\(error)"))
        }
        return Machine(
            instructionSet: set, threadCount: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            memoryByteCount: sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)), checks: checks)
    }
}
