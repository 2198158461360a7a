// Ctrl-C and requests to end: training stops with a checkpoint; everything else ends at once, with one line and nothing left behind.

import Foundation
import MaxAffineSplines
import Synchronization

enum Interruption {
    /// Set by the first interrupt while training.
    static let cancellation = Cancellation()
    /// Whether the running work looks at `cancellation`; set before it begins.
    nonisolated(unsafe) static var isCancelling = false
    /// A folder that this run has made, to be removed if it is empty. Set before work begins; read by the handler alone.
    nonisolated(unsafe) static var madeFolder: UnsafeMutablePointer<CChar>?

    /// Watches for interrupts and requests to end from now on.
    static func watch() {
        _ = cancellation  // made before a handler needs it
        // Whoever started this may have had the signals blocked, as worker threads have, and a mask is inherited.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                // Only what is safe in a signal handler: an atomic store, write, rmdir, _exit.
                if Interruption.isCancelling && !Interruption.cancellation.isCancelled {
                    Interruption.cancellation.cancel()
                    return
                }
                if let folder = Interruption.madeFolder { rmdir(folder) }
                let line: StaticString = "maso: interrupted\n"
                _ = write(2, line.utf8Start, line.utf8CodeUnitCount)
                _exit(130)
            }
        }
    }

    /// The folder `path`, which is about to be made, is removed on an interrupt if it is empty then.
    static func willMake(_ path: String) {
        if !FileManager.default.fileExists(atPath: path) { madeFolder = strdup(path) }
    }
}
