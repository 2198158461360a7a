import Interchange
import Tensors
import Testing

@Suite struct NumpyArrayTests {
    static let types: [(code: String, type: ElementType)] = [
        ("i1", .int8), ("i2", .int16), ("i4", .int32), ("i8", .int64), ("u1", .uint8), ("u2", .uint16), ("u4", .uint32), ("u8", .uint64),
        ("f2", .float16), ("f4", .float32), ("f8", .float64), ("b1", .bool),
    ]

    @Test("Every number type that NumPy writes is read, in C order and little-endian", arguments: types)
    func littleEndianC(code: String, type: ElementType) throws { try check("c-\(code).npy", code, type) }

    @Test("Every number type is read in Fortran order and big-endian", arguments: types.filter { !$0.code.hasSuffix("1") })
    func bigEndianFortran(code: String, type: ElementType) throws { try check("fortran-big-\(code).npy", code, type) }

    private func check(_ name: String, _ code: String, _ type: ElementType) throws {
        let tensor = try NumpyArray.read(path: fixture(name))
        #expect(tensor.elementType == type)
        #expect(tensor.shape == [2, 3])
        let counting = [0, 2, 4, 1, 3, 5].map { Double($0) - (code.hasPrefix("u") || code.hasPrefix("b") ? 0 : 1) }
        #expect(tensor.exactDoubles?.elements == (type == .bool ? [0, 0, 0, 1, 1, 1] : counting))
    }

    @Test("Format versions 2.0 and 3.0 differ from 1.0 in their header only", arguments: [2, 3])
    func versions(version: Int) throws {
        #expect(
            try NumpyArray.read(path: fixture("version-\(version).npy"))
                == .float64(Tensor(shape: [1, 2, 3], elements: [0, 1, 2, 3, 4, 5])))
    }

    @Test("A single number has shape [], an empty array its sizes")
    func shapes() throws {
        #expect(try NumpyArray.read(path: fixture("scalar.npy")) == .float64(Tensor(shape: [], elements: [0.1])))
        #expect(try NumpyArray.read(path: fixture("empty.npy")) == .float32(Tensor(shape: [0, 5], elements: [])))
    }

    @Test("Fortran order of rank 3 is C order of the same array")
    func fortranRank3() throws {
        #expect(
            try NumpyArray.read(path: fixture("fortran-rank-3.npy"))
                == .int32(Tensor(shape: [2, 3, 4], elements: (0..<24).map { Int32($0) })))
    }

    @Test("Zeros, infinities, NaN and the ends of the range keep their bits")
    func special() throws {
        guard case .float64(let tensor) = try NumpyArray.read(path: fixture("special.npy")) else { Issue.record("not float64"); return }
        let expected = [0.1, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, 1.7976931348623157e308]
        #expect(tensor.elements.map(\.bitPattern) == expected.map(\.bitPattern))
    }

    #if !(os(macOS) && arch(x86_64))
        @Test("Every binary16 widens to the same Float as Swift's own Float16")
        func halfPrecision() throws {
            let header = "{'descr': '<f2', 'fortran_order': False, 'shape': (65536,), }\n"
            var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
            for bits in UInt16.min...UInt16.max { bytes += [UInt8(bits & 0xff), UInt8(bits >> 8)] }
            guard case .float16(let tensor) = try NumpyArray.read(bytes: bytes, file: "half") else { Issue.record("not float16"); return }
            for bits in UInt16.min...UInt16.max {
                let (mine, theirs) = (tensor.elements[Int(bits)], Float(Float16(bitPattern: bits)))
                #expect(mine.bitPattern == theirs.bitPattern || (mine.isNaN && theirs.isNaN))
            }
        }
    #endif

    @Test("Law: what is written is read, for every type and shape", arguments: UInt64(0)..<24)
    func roundTrip(seed: UInt64) throws {
        var generator = RandomGenerator(seed: seed)
        let shape = (0..<generator.integer(below: 4)).map { _ in generator.integer(below: 4) }
        func tensor<T: FixedWidthInteger>(_: T.Type) -> Tensor<T> {
            Tensor(shape: shape, elements: (0..<shape.elementCount).map { _ in T(truncatingIfNeeded: generator.next()) })
        }
        let tensors: [NumericTensor] = [
            .int8(tensor(Int8.self)), .int16(tensor(Int16.self)), .int32(tensor(Int32.self)), .int64(tensor(Int64.self)),
            .uint8(tensor(UInt8.self)), .uint16(tensor(UInt16.self)), .uint32(tensor(UInt32.self)), .uint64(tensor(UInt64.self)),
            .bool(tensor(UInt8.self).map { $0 > 127 }), .float32(tensor(UInt32.self).map { Float($0) / 7 }),
            .float64(tensor(UInt64.self).map { Double($0) / 7 }),
        ]
        try withTemporaryFolder { folder in
            for tensor in tensors {
                try NumpyArray.write(tensor, to: "\(folder)/x.npy")
                #expect(try NumpyArray.read(path: "\(folder)/x.npy") == tensor)
            }
            let named = tensors.map { NamedTensor(name: $0.elementType.rawValue, tensor: $0) }
            try NumpyArchive.write(named, to: "\(folder)/x.npz")
            #expect(try NumpyArchive.read(path: "\(folder)/x.npz") == named)
            let file = SafetensorsFile(metadata: [("a", "1")], tensors: named)
            try file.write(to: "\(folder)/x.safetensors")
            let again = try SafetensorsFile(path: "\(folder)/x.safetensors")
            #expect(Set(again.tensors) == Set(named))
            #expect(again.metadata("a") == "1")
        }
    }

    @Test("Rows appended one by one make the file that is written at once")
    func streaming() throws {
        try withTemporaryFolder { folder in
            let whole = Tensor<Double>(shape: [3, 2], elements: [1, 2, 3, 4, 5, 6])
            try NumpyArray.write(whole, to: "\(folder)/whole.npy")
            var writer = try NumpyWriter<Double>("\(folder)/rows.npy", shape: [3, 2])
            for row in 0..<3 { try writer.append(Array(whole.elements[2 * row..<2 * row + 2])) }
            try writer.commit()
            #expect(try bytes(of: "\(folder)/rows.npy") == bytes(of: "\(folder)/whole.npy"))
        }
    }

    @Test("npz files of NumPy are read, stored and deflated", arguments: ["stored.npz", "deflated.npz"])
    func archives(name: String) throws {
        #expect(
            try NumpyArchive.read(path: fixture(name)) == [
                NamedTensor(name: "first", tensor: .int64(Tensor(shape: [3], elements: [0, 1, 2]))),
                NamedTensor(name: "second", tensor: .float32(Tensor(shape: [2, 2], elements: [1, 0, 0, 1]))),
            ])
    }

    @Test("Sizes and offsets in zip64 fields are read")
    func zip64() throws {
        let expected = NamedTensor(name: "wide", tensor: .float64(Tensor(shape: [3], elements: [0, 1, 2])))
        #expect(try NumpyArchive.read(path: fixture("zip64.npz")) == [expected])
    }

    @Test("64-bit integers that are no Double are not widened")
    func exactness() {
        #expect(NumericTensor.int64(Tensor(shape: [1], elements: [1 << 53 + 1])).exactDoubles == nil)
        #expect(NumericTensor.uint64(Tensor(shape: [1], elements: [1 << 63])).exactDoubles?.elements == [0x1p63])
        #expect(NumericTensor.uint64(Tensor(shape: [1], elements: [1 << 63])).integers == nil)
    }
}
