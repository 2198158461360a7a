// Fetching a file of the catalogue: resumed where it stopped, verified before it gets its name. The only file that uses a network.

import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension CatalogFile {
    /// Fetches the file into a folder, unless it is there and right; a download that stopped is continued.
    ///
    /// The bytes go to `NAME.partial`, which stays when the connection fails so that the next attempt continues it, and becomes
    /// `NAME` only once its SHA-256 is right.
    ///
    /// - Parameter progress: called with the bytes there are and the bytes there shall be, some times a second at most.
    /// - Returns: whether anything had to be fetched.
    /// - Throws: `unsupported` where no address can be reached, naming the reason; `malformed` where what was fetched, or what is
    ///   there, has another checksum; `uncreatable` and `failed` for the disk.
    public func fetch(
        into folder: String, from addresses: [String]? = nil, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws(InterchangeError) -> Bool {
        let path = "\(folder)/\(name)"
        switch try state(in: folder) {
        case .verified: return false
        case .different(let checksum):
            throw .malformed(
                file: path, place: "SHA-256", expected: self.checksum, found: "\(checksum) (remove the file to fetch it again)")
        case .missing, .partial: break
        }
        try OutputFile.check(path)
        var reasons: [String] = []
        for address in addresses ?? self.addresses {
            do {
                try await Download(file: self, partial: path + CatalogFile.partialSuffix, progress: progress).run(address)
            } catch let error as InterchangeError { throw error } catch let failure as DownloadFailure {
                reasons.append("\(address): \(failure.reason)")
                continue
            } catch { reasons.append("\(address): \(error.localizedDescription)") }
            let checksum = try SHA256.digest(path: path + CatalogFile.partialSuffix)
            guard checksum == self.checksum else {
                System.remove(path + CatalogFile.partialSuffix)
                throw .malformed(file: address, place: "SHA-256", expected: self.checksum, found: checksum)
            }
            do throws(SystemError) { try System.rename(path + CatalogFile.partialSuffix, path) } catch {
                throw .failed(file: path, operation: "writing", reason: error.reason)
            }
            return true
        }
        throw .unsupported(file: name, what: "cannot be fetched: \(reasons.joined(separator: "; "))")
    }
}

/// An address that did not give the file.
private struct DownloadFailure: Error { let reason: String }

/// One attempt at one address: appends what comes to the partial file.
private final class Download: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    // All state below is touched by `run` before the task starts, then only on the session's serial delegate queue, until the
    // continuation is resumed, once.
    private let file: CatalogFile
    private let partial: String
    private let progress: @Sendable (Int, Int) -> Void
    private var handle: FileHandle?
    private var received = 0
    private var reported = Date.distantPast
    private var failure: (any Error)?
    private var continuation: CheckedContinuation<Void, any Error>?

    init(file: CatalogFile, partial: String, progress: @escaping @Sendable (Int, Int) -> Void) {
        (self.file, self.partial, self.progress) = (file, partial, progress)
    }

    func run(_ address: String) async throws {
        guard let url = URL(string: address) else { throw DownloadFailure(reason: "not an address") }
        var request = URLRequest(url: url, timeoutInterval: 30)
        received = (try? System.status(of: partial))?.length ?? 0
        if received >= file.size { received = 0 }
        if received > 0 { request.setValue("bytes=\(received)-", forHTTPHeaderField: "Range") }
        // A compressed transfer would be unpacked on the way, and its length would be another.
        request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        let session = URLSession(configuration: .ephemeral, delegate: self, delegateQueue: nil)
        defer { session.finishTasksAndInvalidate() }
        let task = session.dataTask(with: request)
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                self.continuation = continuation
                task.resume()
            }
        } onCancel: {
            task.cancel()
        }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        let status = (response as? HTTPURLResponse)?.statusCode ?? 200
        switch status {
        case 206: break
        case 200: received = 0  // the server sends the whole
        default:
            failure = DownloadFailure(reason: "the server answers \(status)")
            return completionHandler(.cancel)
        }
        if !FileManager.default.fileExists(atPath: partial) { _ = FileManager.default.createFile(atPath: partial, contents: nil) }
        handle = FileHandle(forWritingAtPath: partial)
        guard let handle else {
            failure = InterchangeError.uncreatable(file: partial, reason: "it cannot be opened")
            return completionHandler(.cancel)
        }
        do {
            try handle.truncate(atOffset: UInt64(received))
            try handle.seekToEnd()
            completionHandler(.allow)
        } catch {
            failure = InterchangeError.failed(file: partial, operation: "writing", reason: error.localizedDescription)
            completionHandler(.cancel)
        }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        received += data.count
        guard received <= file.size else {
            failure = DownloadFailure(reason: "sends more than the \(file.size) bytes published")
            return dataTask.cancel()
        }
        do { try handle?.write(contentsOf: data) } catch {
            failure = InterchangeError.failed(file: partial, operation: "writing", reason: error.localizedDescription)
            return dataTask.cancel()
        }
        if received == file.size || Date().timeIntervalSince(reported) > 0.2 {
            reported = Date()
            progress(received, file.size)
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        try? handle?.close()
        if failure == nil, error == nil, received < file.size {
            failure = DownloadFailure(reason: "ends after \(received) of \(file.size) bytes")
        }
        if let failure = failure ?? error.map({ DownloadFailure(reason: $0.localizedDescription) }) {
            continuation?.resume(throwing: failure)
        } else {
            continuation?.resume()
        }
        continuation = nil
    }
}
