// Domains from files: the `domain` of the reference partitions, alone or inside a case.

public import Interchange
public import Partitions

extension Domain {
    /// What `init(path:)` reads, with the directions of a plane through points rounded; `null` of everything.
    public var json: JSONValue {
        var members: [JSONMember] = []
        switch region {
        case .box(let ranges):
            members.append(JSONMember(name: "box", value: .array(ranges.map { JSONValue([$0.lowerBound, $0.upperBound]) })))
        case .polygon(let corners):
            members.append(JSONMember(name: "polygon", value: .array(corners.map { JSONValue([$0.x, $0.y]) })))
        case .whole: return .null
        }
        if let embedding {
            let slice: JSONValue = [
                "origin": JSONValue(embedding.origin), "directions": .array(embedding.directions.map { JSONValue($0) }),
            ]
            members.append(JSONMember(name: "embedding", value: slice))
        }
        return .object(members)
    }

    /// Reads `{"box": [[low, high], …], "embedding": {"origin": […], "directions": [[…], …]}}`, or a file that has it as `domain`; instead of
    /// the box it may have the corners of a convex polygon, `"polygon": [[x, y], …]`.
    /// - Throws: `InterchangeError` saying which member is wrong.
    public init(path: String, budget: MemoryBudget = .standard) throws(InterchangeError) {
        try self.init(json: InputFile(path: path, budget: budget).contents(), file: path)
    }

    /// The domain in the bytes of a file, whose name errors give as `file`.
    package init(json bytes: [UInt8], file: String) throws(InterchangeError) {
        let whole = try JSONValue(parsing: bytes, file: file)
        let json = whole["domain"] ?? whole
        func wrong(_ place: String, _ expected: String, _ found: JSONValue?) -> InterchangeError {
            .malformed(file: file, place: place, expected: expected, found: found?.text() ?? "nothing")
        }
        func numbers(_ value: JSONValue?, _ place: String) throws(InterchangeError) -> [Double] {
            guard let numbers = value?.array?.map(\.double), !numbers.contains(where: { $0.map { !$0.isFinite } ?? true }) else {
                throw wrong(place, "a list of finite numbers", value)
            }
            return numbers.compactMap { $0 }
        }
        if case .object(let members) = json, let odd = members.first(where: { !["box", "polygon", "embedding"].contains($0.name) }) {
            throw .malformed(file: file, place: odd.name, expected: "box or polygon, and embedding", found: odd.name)
        }
        let flat: Domain
        let name = json["polygon"] == nil ? "box" : "polygon"
        if let polygon = json["polygon"] {
            guard json["box"] == nil else { throw wrong("polygon", "a box or a polygon", polygon) }
            guard let rows = polygon.array else { throw wrong("polygon", "a list of [x, y]", polygon) }
            var corners: [SIMD2<Double>] = []
            for (index, row) in rows.enumerated() {
                let corner = try numbers(row, "polygon[\(index)]")
                guard corner.count == 2 else { throw wrong("polygon[\(index)]", "[x, y]", row) }
                corners.append(SIMD2(corner[0], corner[1]))
            }
            do throws(PartitionError) { flat = try .polygon(around: corners) } catch {
                throw .malformed(file: file, place: error.what, expected: error.expected, found: error.got)
            }
        } else {
            guard let rows = json["box"]?.array, !rows.isEmpty else {
                throw wrong("box", "a list of [low, high], or as polygon a list of [x, y]", json["box"])
            }
            var box: [ClosedRange<Double>] = []
            for (index, row) in rows.enumerated() {
                let ends = try numbers(row, "box[\(index)]")
                guard ends.count == 2, ends[0] < ends[1] else { throw wrong("box[\(index)]", "[low, high] with low < high", row) }
                box.append(ends[0]...ends[1])
            }
            flat = .box(box)
        }
        guard let slice = json["embedding"] else {
            self = flat
            return
        }
        let origin = try numbers(slice["origin"], "embedding.origin")
        guard let list = slice["directions"]?.array, list.count == flat.dimension else {
            throw wrong("embedding.directions", "\(flat.dimension) directions, one a coordinate of the \(name)", slice["directions"])
        }
        var directions: [[Double]] = []
        for (index, entry) in list.enumerated() {
            let direction = try numbers(entry, "embedding.directions[\(index)]")
            guard direction.count == origin.count else {
                throw wrong("embedding.directions[\(index)]", "\(origin.count) numbers, as the origin has", entry)
            }
            directions.append(direction)
        }
        let embedding = Embedding(origin: origin, directions: directions)
        guard embedding.hasIndependentDirections else {
            throw wrong("embedding.directions", "directions that are independent by 1e-12 or more", slice["directions"])
        }
        self.init(flat.region, embedding: embedding)
    }
}
