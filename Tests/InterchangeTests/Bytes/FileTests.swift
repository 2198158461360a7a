import Foundation
import Interchange
import Testing

@Suite struct FileTests {
    @Test("A file appears when it is committed, replaces an older one and leaves nothing beside it")
    func commits() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/x"
            try OutputFile.write("old", to: path)
            var file = try OutputFile(path)
            let large = [UInt8](repeating: 7, count: 3_000_000)
            try file.write([1, 2])
            try file.write(large)
            #expect(try bytes(of: path) == Array("old".utf8))
            try file.commit()
            #expect(try bytes(of: path) == [1, 2] + large)
            #expect(try contents(of: folder) == ["x"])
        }
    }

    @Test("What is dropped leaves no trace, and the older file as it was")
    func drops() throws {
        try withTemporaryFolder { folder in
            try OutputFile.write("old", to: "\(folder)/x")
            func interrupted() throws {
                var file = try OutputFile("\(folder)/x")
                try file.write([UInt8](repeating: 1, count: 2_000_000))
                throw CancellationError()
            }
            #expect(throws: CancellationError.self) { try interrupted() }
            try OutputFile.check("\(folder)/x")
            try OutputFile.check("\(folder)/y")
            #expect(try contents(of: folder) == ["x"])
            #expect(try bytes(of: "\(folder)/x") == Array("old".utf8))
        }
    }

    @Test("A link stays a link, and what it leads to is replaced; permissions stay")
    func links() throws {
        try withTemporaryFolder { folder in
            try OutputFile.write("old", to: "\(folder)/x")
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: "\(folder)/x")
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "x")
            try OutputFile.write("new", to: "\(folder)/link")
            #expect(try bytes(of: "\(folder)/x") == Array("new".utf8))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/link") == "x")
            #expect(try FileManager.default.attributesOfItem(atPath: "\(folder)/x")[.posixPermissions] as? Int == 0o640)
        }
    }

    @Test("Outputs that cannot be: no folder, a folder, a file as folder, a full device")
    func uncreatable() throws {
        try withTemporaryFolder { folder in
            try OutputFile.write("", to: "\(folder)/x")
            let cases: [(String, String)] = [
                ("\(folder)/none/x", "73 \(folder)/none/x: cannot be created: no such folder"),
                (folder, "73 \(folder): cannot be created: is a folder"),
                ("\(folder)/new/", "73 \(folder)/new/: cannot be created: is a folder"),
                ("\(folder)/x/y", "73 \(folder)/x/y: cannot be created: no such folder"),
            ]
            for (path, text) in cases {
                #expect(errorText { try OutputFile.check(path) } == text)
                #expect(errorText { try OutputFile.write("a", to: path) } == text)
            }
            #expect(errorText { try OutputFile.write("a", to: "/dev/full") } == "74 /dev/full: writing failed: no space left on the device")
            #expect(errorText { try OutputFile.check("/dev/full") } == nil)
            #expect(errorText { try OutputFile.write("a", to: "/dev/null") } == nil)
            #expect(try contents(of: folder) == ["x"])
        }
    }

    @Test("Inputs that are not: no file, a folder, more than the budget, also from a device without end")
    func unreadable() throws {
        try withTemporaryFolder { folder in
            #expect(errorText { _ = try InputFile(path: "\(folder)/x") } == "66 \(folder)/x: no such file")
            #expect(errorText { _ = try InputFile(path: folder) } == "66 \(folder): is a folder, not a file")
            let endless = "69 /dev/zero: is larger than the memory allowed, 1000 bytes (--max-memory)"
            #expect(errorText { _ = try InputFile(path: "/dev/zero", budget: MemoryBudget(limit: 1_000)) } == endless)
            try OutputFile.write("12345", to: "\(folder)/x")
            let large = "69 \(folder)/x: is larger than the memory allowed, 4 bytes (--max-memory)"
            #expect(errorText { _ = try InputFile(path: "\(folder)/x", budget: MemoryBudget(limit: 4)) } == large)
            #expect(try InputFile(path: "\(folder)/x", budget: MemoryBudget(limit: 5)).stored.count == 5)
            #expect(try InputFile(path: "/dev/null").stored == [])
            #expect(errorText { _ = try InputFile(path: "/dev/zero") } == "66 /dev/zero: is a device without end, not a file")
        }
    }

    @Test("Pipes are read to their end and written directly")
    func pipes() throws {
        let large = [UInt8](repeating: 9, count: 300_000)
        let input = Pipe()
        Thread.detachNewThread {
            try? input.fileHandleForWriting.write(contentsOf: Data(large))
            try? input.fileHandleForWriting.close()
        }
        #expect(try InputFile(path: "/dev/fd/\(input.fileHandleForReading.fileDescriptor)").stored == large)
        let output = Pipe()
        let path = "/dev/fd/\(output.fileHandleForWriting.fileDescriptor)"
        try OutputFile.check(path)
        try OutputFile.write("abc", to: path)
        try output.fileHandleForWriting.close()
        #expect(try output.fileHandleForReading.readToEnd() == Data("abc".utf8))
    }

    @Test("A new folder without files goes again; with files it stays, and an existing one stays in any case")
    func folders() throws {
        try withTemporaryFolder { folder in
            try OutputFolder.check("\(folder)/new")
            #expect(try contents(of: folder) == [])
            func write() throws {
                let output = try OutputFolder("\(folder)/new")
                var file = try output.file("a")
                try file.write([1])
                try file.commit()
            }
            try write()
            try write()
            #expect(try contents(of: "\(folder)/new") == ["a"])
            let text = "73 \(folder)/new/a: cannot be created: is a file, not a folder"
            #expect(errorText { _ = try OutputFolder("\(folder)/new/a") } == text)
            #expect(errorText { _ = try OutputFolder("\(folder)/x/y") } == "73 \(folder)/x/y: cannot be created: no such folder")
        }
    }

    @Test("A hostile name cannot break the line or move the cursor")
    func control() {
        let error = InterchangeError.absent(file: "a\n\u{1b}[2Jb\u{202e}", reason: "no such file")
        #expect(error.description == "a\\u{a}\\u{1b}[2Jb\\u{202e}: no such file")
    }
}
