// Ctrl-C asks the running work to stop; a second one ends the program at once.

import Foundation
import MaxAffineSplines

enum Interruption {
    /// Set by the first interrupt.
    static let cancellation = Cancellation()

    /// Watches for interrupts and requests to end from now on.
    static func watch() {
        _ = cancellation  // made before a handler needs it
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if Interruption.cancellation.isCancelled { _exit(128 + number) }
                Interruption.cancellation.cancel()
            }
        }
    }
}
