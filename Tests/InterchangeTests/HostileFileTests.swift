// Files that are wrong on purpose, each with the whole of its error; then bytes changed at random.

import Interchange
import Tensors
import TestSupport
import Testing

@Suite struct HostileFileTests {
    static func npy(_ header: String, _ data: [UInt8] = []) -> [UInt8] {
        let text = Array((header + "\n").utf8)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.count & 0xff), UInt8(text.count >> 8)] + text + data
    }

    static func header(_ descr: String, _ shape: String) -> String {
        "{'descr': \(descr), 'fortran_order': False, 'shape': \(shape), }"
    }

    @Test(
        "npy",
        arguments: [
            ([], "65 x: byte 0: expected npy signature of 6 bytes, found the end"),
            (
                Array("PK\u{3}\u{4}ab".utf8),
                "65 x: byte 0: signature: expected that of an npy file, 93 4E 55 4D 50 59, found 50 4B 03 04 61 62"
            ),
            ([0x93] + Array("NUMPY".utf8) + [9, 1], "69 x: npy format version 9.1 is not supported (1.0, 2.0 and 3.0 are)"),
            (
                [0x93] + Array("NUMPY".utf8) + [2, 0, 255, 255, 255, 255],
                "65 x: byte 8: header length: expected at most 1048576, found 4294967295"
            ),
            ([0x93] + Array("NUMPY".utf8) + [1, 0, 9, 0, 1], "65 x: byte 10: expected header of 9 bytes, found 1 bytes and the end"),
            (HostileFileTests.npy("{'descr': '<f4'"), "65 x: byte 26: header: expected '}', found the end of the header"),
            (
                HostileFileTests.npy("{'descr': '<f4', 'descr': '<f8', }"),
                "65 x: byte 34: header: expected each name once, found «descr» again"
            ),
            (HostileFileTests.npy("{'descr': __import__('os')}"), "65 x: byte 20: header: expected a Python literal, found «_»"),
            (
                HostileFileTests.npy("{'descr': '<f4', 'shape': (1,), }"),
                "65 x: byte 10: header: expected descr, fortran_order and shape, found «descr», «shape»"
            ),
            (
                HostileFileTests.npy(HostileFileTests.header("'<f4'", "(-1,)")),
                "65 x: byte 10: header: expected sizes of at least 0 in shape, found another literal"
            ),
            (
                HostileFileTests.npy(HostileFileTests.header("'<f4'", "3")),
                "65 x: byte 10: header: expected a tuple as shape, found another literal"
            ),
            (
                HostileFileTests.npy(HostileFileTests.header("'<f4'", "(99999999999999999999,)")),
                "65 x: byte 61: header: expected an integer of 64 bits, found «9»"
            ),
            (
                HostileFileTests.npy(HostileFileTests.header("'<f4'", "(((((((((1,),),),),),),),),)")),
                "65 x: byte 68: header: expected at most 8 levels, found more"
            ),
            (HostileFileTests.npy(HostileFileTests.header("'|O'", "(1,)")), "69 x: an array of Python objects («|O») is not supported"),
            (HostileFileTests.npy(HostileFileTests.header("'<U1'", "(1,)")), "69 x: an array of text («<U1») is not supported"),
            (HostileFileTests.npy(HostileFileTests.header("'<c8'", "(1,)")), "69 x: an array of complex numbers («<c8») is not supported"),
            (HostileFileTests.npy(HostileFileTests.header("'<f16'", "(1,)")), "69 x: an array of type («<f16») is not supported"),
            (HostileFileTests.npy(HostileFileTests.header("[('a', '<f4')]", "(1,)")), "69 x: a structured array is not supported"),
            (
                HostileFileTests.npy(HostileFileTests.header("'<f4'", "(2, 3)"), [0, 0]),
                "65 x: byte 70: elements: expected 24 bytes of float32 [2, 3], found 2"
            ),
            (
                HostileFileTests.npy(HostileFileTests.header("'|u1'", "(1,)"), [0, 0]),
                "65 x: byte 68: elements: expected 1 bytes of uint8 [1], found 2"
            ),
            (
                HostileFileTests.npy(HostileFileTests.header("'<f8'", "(4611686018427387904, 4)")),
                "65 x: byte 88: elements: expected 2⁶³ or more bytes of float64 [4611686018427387904, 4], found 0"
            ),
            (
                HostileFileTests.npy(HostileFileTests.header("'<f8'", "(0, 4611686018427387904, 4)")),
                "65 x: byte 91: elements: expected 2⁶³ or more bytes of float64 [0, 4611686018427387904, 4], found 0"
            ),
            (
                HostileFileTests.npy(HostileFileTests.header("'|b1'", "(2,)"), [1, 7]),
                "65 x: element 1: expected a truth value, 0 or 1, found 7"
            ),
        ] as [([UInt8], String)])
    func refusesNpy(bytes: [UInt8], text: String) { #expect(errorText { _ = try NumpyArray.read(bytes: bytes, file: "x") } == text) }

    @Test(
        "Arrays that NumPy writes and maso does not support are named",
        arguments: [
            ("object.npy", "an array of Python objects («|O») is not supported"), ("structured.npy", "a structured array is not supported"),
            ("complex.npy", "an array of complex numbers («<c16») is not supported"),
            ("text.npy", "an array of text («<U1») is not supported"),
        ])
    func unsupported(name: String, text: String) throws {
        #expect(errorText { _ = try NumpyArray.read(path: fixture(name)) } == "69 \(fixture(name)): \(text)")
    }

    @Test(
        "safetensors",
        arguments: [
            ([1, 2], "65 x: byte 0: expected header length of 8 bytes, found 2 bytes and the end"),
            ([UInt8](repeating: 0xff, count: 9), "65 x: byte 0: header length: expected at most 1, found 18446744073709551615"),
            (safetensors("[]"), "65 x: byte 8: header: expected a JSON object, found 5B 5D"),
            (safetensors("{"), "65 x: JSON line 1, column 2: expected a name in quotation marks, found the end"),
            (safetensors(#"{"a":1}"#), "65 x: tensor «a»: expected dtype, shape and data_offsets, found a number"),
            (safetensors(#"{"a":{"dtype":"F32"}}"#), "65 x: tensor «a»: expected dtype, shape and data_offsets, found «dtype»"),
            (
                safetensors(#"{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}"#, [0]),
                "69 x: tensor «a»: element type «F8_E4M3» is not supported"
            ),
            (
                safetensors(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
                "65 x: tensor «a»: expected 8 bytes for F32 [2], found data_offsets over 4"
            ),
            (
                safetensors(#"{"a":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
                "65 x: tensor «a»: expected 2⁶³ or more bytes for F32 [4611686018427387904, 2], found data_offsets over 4"
            ),
            (
                safetensors(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
                "65 x: tensor «a»: expected at most 32 sizes of at least 0 as shape, found an array"
            ),
            (
                safetensors(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}"#, [0]),
                "65 x: tensor «a»: expected two ascending integers as data_offsets, found an array"
            ),
            (
                safetensors(
                    #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
                    [0, 0, 0]),
                "65 x: tensor «b»: expected data_offsets from 2, where the one before ends, found from 1"
            ),
            (
                safetensors(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#, [0, 0]),
                "65 x: tensor «a»: expected data_offsets from 0, where the one before ends, found from 1"
            ),
            (
                safetensors(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, [0, 0]),
                "65 x: byte 61: tensors: expected 1 bytes, found 2"
            ),
            (safetensors(#"{"__metadata__":{"a":1}}"#), "65 x: __metadata__: expected an object of strings, found other values"),
            (
                safetensors(#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":1}"#),
                "65 x: JSON line 1, column 54: expected each name once, found «a» again"
            ),
        ] as [([UInt8], String)])
    func refusesSafetensors(bytes: [UInt8], text: String) {
        #expect(errorText { _ = try SafetensorsFile(bytes: bytes, file: "x") } == text)
    }

    @Test("npz: every wrong byte of the container is noticed")
    func npz() throws {
        let whole = try bytes(of: fixture("deflated.npz"))
        func text(_ change: (inout [UInt8]) -> Void) -> String? {
            var changed = whole
            change(&changed)
            return errorText { _ = try NumpyArchive.read(bytes: changed, file: "x") }
        }
        /// The place of some bytes, the n-th from the end.
        func place(_ pattern: String, _ n: Int = 0) -> Int {
            let found = (0..<whole.count - pattern.utf8.count).filter { whole[$0...].starts(with: pattern.utf8) }
            return found[found.count - 1 - n]
        }
        #expect(text { $0 = [] } == "65 x: end: expected the directory of a zip file, found none")
        #expect(text { $0.removeLast() } == "65 x: end: expected the directory of a zip file, found none")
        #expect(text { $0.append(0) } == "65 x: end: expected the directory of a zip file, found none")
        let end = place("PK\u{5}\u{6}")
        #expect(text { $0[end + 10] = 3 } == "65 x: byte \(place("PK\u{1}\u{2}", 1)): zip directory: expected 3 entries, found 2")
        let entry = place("PK\u{1}\u{2}", 1)
        #expect(text { $0[entry + 10] = 12 } == "69 x: entry «first.npy» has compression method 12 (stored and deflated are supported)")
        #expect(text { $0[entry + 8] = 1 } == "69 x: entry «first.npy» is encrypted")
        #expect(text { $0[entry + 16] ^= 1 }?.contains("entry «first.npy»: expected checksum") == true)
        #expect(
            text { $0[entry + 46] = 0x2f }
                == "65 x: byte \(entry + 46): name of an entry: expected a path within the archive, found «/irst.npy»")
        #expect(
            text { for (i, byte) in "../as.npy".utf8.enumerated() { $0[entry + 46 + i] = byte } }
                == "65 x: byte \(entry + 46): name of an entry: expected a path within the archive, found «../as.npy»")
        #expect(text { $0[entry + 46] = 0x67 } == "65 x: byte 30: entry «girst.npy»: expected the directory's name, found «first.npy»")
        // A bomb: the directory claims 4 GB, which the budget refuses before anything is unpacked.
        let bomb = errorText {
            var changed = whole
            for i in 24..<28 { changed[entry + i] = 0xfe }
            _ = try NumpyArchive.read(bytes: changed, file: "x", budget: MemoryBudget(limit: 1 << 20))
        }
        #expect(bomb == "69 x: the unpacked archive needs 4278 MB, allowed are 1048 kB (--max-memory)")
    }

    @Test(
        "IDX",
        arguments: [
            ([0, 0], "65 x: byte 0: expected IDX signature of 4 bytes, found 2 bytes and the end"),
            ([1, 0, 8, 1], "65 x: byte 0: signature: expected that of an IDX file, 00 00 TYPE RANK, found 01 00 08 01"),
            ([0, 0, 7, 1], "65 x: byte 0: signature: expected that of an IDX file, 00 00 TYPE RANK, found 00 00 07 01"),
            ([0, 0, 8, 2, 0, 0, 0, 2], "65 x: byte 8: expected size of axis 1 of 4 bytes, found the end"),
            ([0, 0, 8, 1, 0, 0, 0, 2, 5], "65 x: byte 8: elements: expected 2 bytes of uint8 [2], found 1"),
            ([0, 0, 8, 1, 0, 0, 0, 0, 5], "65 x: byte 8: elements: expected 0 bytes of uint8 [0], found 1"),
            (
                [0, 0, 8, 2] + [UInt8](repeating: 255, count: 8),
                "69 x: uint8 [4294967295, 4294967295] needs more memory than any machine has"
            ),
            ([0, 0, 14, 1, 255, 255, 255, 255], "69 x: float64 [4294967295] needs 68 GB, allowed are 67 MB (--max-memory)"),
        ] as [([UInt8], String)])
    func idx(bytes: [UInt8], text: String) {
        #expect(errorText { _ = try IDX.read(InputFile(name: "x", bytes: bytes, budget: Reader.budget)) } == text)
    }

    @Test("MATLAB and tar files that are cut or changed")
    func matlabAndTar() throws {
        let plain = try InputFile(path: fixture("svhn-plain.mat.gz")).contents()
        func matlab(_ bytes: [UInt8]) -> String? { errorText { _ = try SVHN.read(bytes: bytes, file: "x", name: "x") } }
        #expect(matlab(Array(plain.prefix(100))) == "65 x: byte 0: expected MATLAB header of 128 bytes, found 100 bytes and the end")
        #expect(
            matlab(Array("MATLAB 7.3 MAT-file".utf8) + [UInt8](repeating: 0, count: 200))
                == "65 x: byte 0: header: expected a little-endian MATLAB 5.0 file, found «MATLAB 7.3 MAT-file\\u{0}»")
        #expect(matlab(Array(plain.prefix(128))) == "65 x: arrays: expected X and y, found ")
        // The element X: flags 16, sizes 24, name 8, tag 8 and 32 · 32 · 3 · 3 pixels.
        #expect(matlab(Array(plain.prefix(200))) == "65 x: byte 136: expected element of 9272 bytes, found 64 bytes and the end")
        var zeroLabel = plain
        let label = try #require(plain.lastIndex(of: 10))
        zeroLabel[label] = 0
        #expect(matlab(zeroLabel) == "65 x: y: label 1: expected a class in 1…10, found 0")
        zeroLabel[label] = 11
        #expect(matlab(zeroLabel) == "65 x: y: label 1: expected a class in 0 ..< 11, found 11")

        var header = [UInt8](repeating: 0, count: 512)
        func tar() -> String? { errorText { _ = try TarArchive.entries(header, file: "x") } }
        #expect(tar() == nil)
        header[0] = 0x61
        #expect(tar() == "65 x: byte 0: tar header: expected checksum 541, found «»")
        for (i, digit) in "541".utf8.enumerated() { header[148 + i] = digit }
        #expect(tar() == "65 x: byte 124: tar header: expected a size in octal, found «»")
        for (i, digit) in "7".utf8.enumerated() { header[124 + i] = digit }
        for (i, digit) in "630".utf8.enumerated() { header[148 + i] = digit }
        #expect(tar() == "65 x: byte 512: expected content of a tar entry of 7 bytes, found the end")
    }

    @Test(
        "CSV: which line and which column",
        arguments: [
            ("", "65 x: line 1: expected a sample, found the end"),
            ("a,b\n", "65 x: line 2: expected a sample, found the end"),
            ("1\n", "65 x: line 1: expected two or more columns, found 1"),
            ("1,2,0\n1,0\n", "65 x: line 2: expected 3 columns as in line 1, found 2"),
            ("1,2,0\n\n1,x,0\n", "65 x: line 3, column 2: expected a number, found «x»"),
            ("width,label\n1,0\nnan,0\n", "65 x: line 3, column 1 («width»): expected a number, found «nan»"),
            ("1,0\n1e39,0\n", "65 x: line 2, column 1: expected a number, found «1e39»"),
            ("1,0\n0x1,0\n", "65 x: line 2, column 1: expected a number, found «0x1»"),
            ("1,0\n\"1,0\n", "65 x: line 2, column 1: expected a field in quotation marks, found none that closes"),
        ])
    func csv(text: String, message: String) { #expect(errorText { _ = try CSV.read(bytes: Array(text.utf8), file: "x") } == message) }

    @Test("Data sets whose parts do not fit each other")
    func dataSets() throws {
        try withTemporaryFolder { folder in
            func text(_ argument: String) -> String? { errorText { _ = try DataSource(argument).load(.test) } }
            let (x, y) = ("\(folder)/x.npy", "\(folder)/y.npy")
            try NumpyArray.write(.float32(Tensor(shape: [2, 1], elements: [1, 2])), to: x)
            try NumpyArray.write(.int64(Tensor(shape: [3], elements: [0, 1, 2])), to: y)
            #expect(text("npy:\(x),\(y)") == "65 \(y): shape: expected [2], a label for every sample, found [3]")
            try NumpyArray.write(.int64(Tensor(shape: [2], elements: [0, -1])), to: y)
            #expect(text("npy:\(x),\(y)") == "65 \(y): label 1: expected a class in 0 ..< 65536, found -1")
            try NumpyArray.write(.float64(Tensor(shape: [2], elements: [0, 0.5])), to: y)
            #expect(text("npy:\(x),\(y)") == "65 \(y): label 1: expected a class in 0 ..< 65536, found 0.5")
            for (numbers, found) in [([1, 2, .nan, 3], "nan"), ([1, 2, -1e39, 3], "-1e+39"), ([1, 2, 3, .infinity], "inf")] {
                try NumpyArray.write(.float64(Tensor(shape: [2, 2], elements: numbers)), to: x)
                #expect(text("npy:\(x),\(y)") == "65 \(x): sample 1: expected finite numbers, as Floats too, found \(found)")
            }
            #expect(text("npy:\(y),\(y)") == "65 \(y): shape: expected [N, …] with a sample in each row, found [2]")
            #expect(text("mnist:\(folder)") == "66 \(folder)/t10k-images-idx3-ubyte: no such file (nor t10k-images-idx3-ubyte.gz)")
            #expect(text("cifar10:\(folder)") == "66 \(folder)/test_batch.bin: no such file (nor cifar-10-binary.tar.gz there)")
            try OutputFile.write([UInt8](repeating: 0, count: 3072), to: "\(folder)/test_batch.bin")
            #expect(
                text("cifar10:\(folder)")
                    == "65 \(folder)/test_batch.bin: length: expected one or more records of 3073 bytes, found 3072 bytes")
            try OutputFile.write([UInt8](repeating: 10, count: 3073), to: "\(folder)/test_batch.bin")
            #expect(text("cifar10:\(folder)") == "65 \(folder)/test_batch.bin: record 0: expected a label in 0 ..< 10, found 10")
        }
    }

    @Test(
        "Arguments that name no data",
        arguments: [
            ("", "unknown data (\(HostileFileTests.forms))"), ("MNIST:x", "unknown data (\(HostileFileTests.forms))"),
            ("mnist", "expected mnist:DIR"),
            ("mnist:", "expected mnist:DIR"), ("digits:x", "expected digits alone"), ("idx:a", "expected idx:IMAGES,LABELS"),
            ("npy:a,b,c", "expected npy:X,Y"), ("csv:", "expected csv:FILE"), ("toy:rings", "unknown toy data (spirals, moons)"),
        ])
    func usage(argument: String, message: String) { #expect(errorText { _ = try DataSource(argument) } == "64 \(argument): \(message)") }

    static let forms = "digits, mnist:DIR, cifar10:DIR, cifar100:DIR, svhn:DIR, idx:IMAGES,LABELS, npy:X,Y, csv:FILE, toy:NAME"

    @Test("Of a very long error both ends are told: the file and place, and what follows the list")
    func longText() {
        let error = InterchangeError.invalid(
            file: "m.onnx", place: "node «n»", reason: "axes \([Int](repeating: 1, count: 100_000)) name one twice")
        let text = error.description
        #expect(text.hasPrefix("m.onnx: node «n»: axes [1, 1") && text.hasSuffix("1, 1] name one twice") && text.contains(" … "))
        #expect(text.count < 1_300)
    }

    @Test("Law: bytes changed at random are read or refused, with a typed error of one line", arguments: UInt64(0)..<20)
    func mutation(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        let names = [
            "c-f4.npy", "fortran-big-i4.npy", "version-3.npy", "deflated.npz", "stored.npz", "tensors.safetensors",
            "model.safetensors", "members.gz",
            "svhn.mat",
            "images.idx", "labels.idx.gz", "digits.json", "architecture.json",
        ]
        var seeds = try names.map { try bytes(of: fixture($0)) }
        seeds.append(Array("a,b,label\n1,2.5e3,0\n\"3\",4,1\n".utf8))
        for _ in 0..<60 {
            let bytes = mutated(seeds, &generator)
            for reader in Reader.interchange {
                do { try reader.read(bytes) } catch {
                    #expect(error is InterchangeError && !"\(error)".contains("\n"), "\(reader.name): \(error)")
                }
            }
        }
    }
}
