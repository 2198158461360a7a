// Downloads against a server in this process: whole, resumed, cut short, wrong, absent.

import Foundation
import Interchange
import Testing

@Suite(.serialized) struct DownloadTests {
    let content = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }
    var file: CatalogFile {
        CatalogFile(name: "data.bin", addresses: [], size: content.count, checksum: SHA256.digest(content), contentChecksum: nil)
    }

    @Test("Names, sizes and checksums of the catalogue are well formed, and every entry is readable data")
    func catalogue() throws {
        for entry in DataCatalog.entries {
            #expect(throws: Never.self) { _ = try DataSource("\(entry.format):x") }
            #expect(try DataCatalog.entry(entry.name) == entry)
            for file in entry.files {
                #expect(file.checksum.count == 64 && file.checksum.allSatisfy { $0.isHexDigit && !$0.isUppercase })
                #expect(file.size > 0 && !file.addresses.isEmpty && file.addresses.allSatisfy { $0.hasSuffix(file.name) })
            }
        }
        #expect(
            errorText { _ = try DataCatalog.entry("imagenet") }
                == "64 imagenet: unknown data set (mnist, fashion-mnist, cifar10, cifar100, svhn)")
    }

    @Test("A file is fetched once; what a stopped download left is continued")
    func resume() async throws {
        let server = try TinyServer(content: content)
        let folder = FileManager.default.temporaryDirectory.appending(path: "maso-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        #expect(try file.state(in: folder) == .missing)
        try OutputFile.write(Array(content.prefix(70_000)), to: "\(folder)/data.bin.partial")
        #expect(try file.state(in: folder) == .partial(size: 70_000))
        #expect(try await file.fetch(into: folder, from: ["http://127.0.0.1:\(server.port)/data.bin"]))
        #expect(try bytes(of: "\(folder)/data.bin") == content)
        #expect(try contents(of: folder) == ["data.bin"])
        #expect(server.ranges == ["bytes=70000-"])
        #expect(try await !file.fetch(into: folder, from: []))
    }

    @Test("A second address stands in for the first; a wrong file is refused and removed")
    func mirrors() async throws {
        let server = try TinyServer(content: content)
        let folder = FileManager.default.temporaryDirectory.appending(path: "maso-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let good = "http://127.0.0.1:\(server.port)/data.bin"
        let absent = "http://127.0.0.1:\(server.port)/absent"
        await #expect(throws: InterchangeError.unsupported(file: "data.bin", what: "cannot be fetched: \(absent): the server answers 404"))
        {
            _ = try await file.fetch(into: folder, from: [absent])
        }
        let wrong = CatalogFile(
            name: "data.bin", addresses: [], size: content.count, checksum: String(repeating: "0", count: 64), contentChecksum: nil)
        await #expect(
            throws: InterchangeError.malformed(file: good, place: "SHA-256", expected: wrong.checksum, found: file.checksum)
        ) { _ = try await wrong.fetch(into: folder, from: [good]) }
        #expect(try contents(of: folder) == [])
        #expect(try await file.fetch(into: folder, from: [absent, good]))
        #expect(try file.state(in: folder) == .verified)
    }
}

/// Serves one content at `/data.bin` on a port of this machine, ranges included, and 404 elsewhere.
private final class TinyServer: @unchecked Sendable {
    let port: UInt16
    private let socketDescriptor: Int32
    private let lock = NSLock()
    private var seen: [String] = []
    /// The ranges asked for.
    var ranges: [String] { lock.withLock { seen } }

    init(content: [UInt8]) throws {
        #if os(Linux)
            socketDescriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            socketDescriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = socketDescriptor
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        try #require(isBound)
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in
            while case let connection = accept(descriptor, nil, nil), connection >= 0 { answer(connection, content) }
        }
    }

    deinit { close(socketDescriptor) }

    private func answer(_ connection: Int32, _ content: [UInt8]) {
        defer { close(connection) }
        var request = [UInt8](repeating: 0, count: 8192)
        let count = recv(connection, &request, request.count, 0)
        let lines = String(decoding: request.prefix(max(count, 0)), as: UTF8.self).split(separator: "\r\n")
        let range = lines.first { $0.lowercased().hasPrefix("range: ") }.map { String($0.dropFirst(7)) }
        let start = range.flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
        if let range { lock.withLock { seen.append(range) } }
        let isFound = lines.first?.contains("/data.bin") ?? false
        let status = !isFound ? "404 Not Found" : range == nil ? "200 OK" : "206 Partial Content"
        let body = isFound ? Array(content[start...]) : []
        let reply = Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n".utf8) + body
        var sent = 0
        while sent < reply.count {
            let step = reply[sent...].withUnsafeBytes { send(connection, $0.baseAddress, $0.count, 0) }
            guard step > 0 else { return }
            sent += step
        }
    }
}
