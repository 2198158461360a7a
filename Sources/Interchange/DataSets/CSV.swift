// Comma-separated values (RFC 4180): a sample a line, one column of it the label.

import Tensors

/// Reading CSV files, gzip-compressed or not.
public enum CSV {
    /// The samples `[N, D]` and labels of a file.
    ///
    /// The separator is a comma, semicolon or tab, whichever comes first in the first line. A first line without any number is a
    /// header. The label column is the one called `label`, or else the last; labels are whole numbers from 0, or names, which are
    /// numbered in alphabetical order.
    public static func read(path: String, label: String? = nil, budget: MemoryBudget = .standard) throws(InterchangeError) -> DataSet {
        let file = try InputFile(path: path, budget: budget)
        return try read(bytes: try file.contents(), file: path, label: label, budget: budget)
    }

    /// The samples in a file's bytes.
    ///
    /// - Parameter label: the name of the label column, which the header must then have.
    public static func read(bytes: [UInt8], file: String, label: String? = nil, budget: MemoryBudget = .standard) throws(InterchangeError)
        -> DataSet
    {
        try budget.require(bytes.count.multipliedReportingOverflow(by: 5).partialValue, for: "the table", file: file)
        var reader = RowReader(bytes: bytes, file: file)
        guard var row = try reader.next() else { throw .malformed(file: file, place: "line 1", expected: "a sample", found: "the end") }
        let columnCount = row.count
        guard columnCount >= 2 else {
            throw .malformed(file: file, place: "line 1", expected: "two or more columns", found: "\(columnCount)")
        }
        var names: [String]?
        if row.allSatisfy({ number(bytes, $0) == nil }) { names = row.map { reader.text($0) } }
        let wanted = names?.firstIndex { $0 == label ?? "label" }
        if let label, wanted == nil {
            throw .malformed(file: file, place: "line 1", expected: "a column called \(quoted(label))", found: "none")
        }
        let labelColumn = wanted ?? columnCount - 1

        var values: [Float] = []
        var labels: [String] = []
        var isFirst = true
        while true {
            if isFirst ? names != nil : true {
                guard let next = try reader.next() else { break }
                row = next
            }
            isFirst = false
            guard row.count == columnCount else {
                throw .malformed(
                    file: file, place: "line \(reader.line)", expected: "\(columnCount) columns as in line 1", found: "\(row.count)")
            }
            for (column, field) in row.enumerated() {
                if column == labelColumn {
                    labels.append(reader.text(field))
                } else if let value = number(bytes, field), Float(value).isFinite {
                    values.append(Float(value))
                } else {
                    let name = names.map { " (\(quoted($0[column])))" } ?? ""
                    throw .malformed(
                        file: file, place: "line \(reader.line), column \(column + 1)\(name)", expected: "a number",
                        found: quoted(reader.text(field)))
                }
            }
        }
        guard !labels.isEmpty else { throw .malformed(file: file, place: "line 2", expected: "a sample", found: "the end") }
        let samples = NumericTensor.float32(Tensor(shape: [labels.count, columnCount - 1], elements: values))
        return try dataSet(samples, labels: labels, file: file)
    }

    private static func dataSet(_ samples: NumericTensor, labels: [String], file: String) throws(InterchangeError) -> DataSet {
        let numbers = labels.compactMap { Int($0) }
        if numbers.count == labels.count && numbers.allSatisfy({ (0..<maximumClassCount).contains($0) }) {
            return DataSet(name: "csv:\(file)", samples: samples, labels: numbers, classCount: numbers.max()! + 1)
        }
        let names = Set(labels).sorted()
        guard names.count <= maximumClassCount else {
            throw .malformed(file: file, place: "labels", expected: "at most \(maximumClassCount) classes", found: "\(names.count)")
        }
        let index = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        return DataSet(name: "csv:\(file)", samples: samples, labels: labels.map { index[$0]! }, classCount: names.count, classNames: names)
    }

    /// Splits lines into fields; empty lines are passed over.
    private struct RowReader {
        let bytes: [UInt8]
        let file: String
        let separator: UInt8
        private var position: Int
        /// The line of the row last read, from 1.
        private(set) var line = 0

        init(bytes: [UInt8], file: String) {
            (self.bytes, self.file) = (bytes, file)
            position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0  // a byte order mark
            separator = bytes.prefix { $0 != 0x0a }.first { $0 == 0x2c || $0 == 0x3b || $0 == 0x09 } ?? 0x2c
        }

        /// The fields' ranges, without quotation marks and surrounding spaces; `nil` at the end.
        mutating func next() throws(InterchangeError) -> [Range<Int>]? {
            while position < bytes.count {
                line += 1
                let end = bytes[position...].firstIndex(of: 0x0a) ?? bytes.count
                var stop = end
                if stop > position, bytes[stop - 1] == 0x0d { stop -= 1 }
                let start = position
                position = min(end + 1, bytes.count)
                if start == stop { continue }
                return try fields(start, stop)
            }
            return nil
        }

        private func fields(_ start: Int, _ stop: Int) throws(InterchangeError) -> [Range<Int>] {
            var fields: [Range<Int>] = []
            var at = start
            while true {
                var end = at
                if end < stop, bytes[end] == 0x22 {
                    // A quoted field: up to the closing mark; marks and line breaks inside are not supported.
                    guard let close = bytes[(at + 1)..<stop].firstIndex(of: 0x22), close + 1 == stop || bytes[close + 1] == separator else {
                        throw .malformed(
                            file: file, place: "line \(line), column \(fields.count + 1)", expected: "a field in quotation marks",
                            found: "none that closes")
                    }
                    fields.append(at + 1..<close)
                    end = close + 1
                } else {
                    while end < stop && bytes[end] != separator { end += 1 }
                    var (low, high) = (at, end)
                    while low < high && bytes[low] == 0x20 { low += 1 }
                    while high > low && bytes[high - 1] == 0x20 { high -= 1 }
                    fields.append(low..<high)
                }
                if end == stop { return fields }
                at = end + 1
            }
        }

        func text(_ field: Range<Int>) -> String { String(decoding: bytes[field], as: UTF8.self) }
    }

    /// The decimal number that fills a field, correctly rounded.
    ///
    /// Up to 15 digits and powers of ten up to 22 are exact in Double, so one operation rounds correctly (Clinger 1990); the rest
    /// goes the library's way, ten times slower.
    package static func number(_ bytes: [UInt8], _ field: Range<Int>) -> Double? {
        var at = field.lowerBound
        var isNegative = false
        if at < field.upperBound, bytes[at] == 0x2d || bytes[at] == 0x2b {
            isNegative = bytes[at] == 0x2d
            at += 1
        }
        var (mantissa, digitCount, fractionCount, hasPoint) = (UInt64(0), 0, 0, false)
        while at < field.upperBound {
            let byte = bytes[at]
            if byte == 0x2e && !hasPoint {
                hasPoint = true
            } else if (0x30...0x39).contains(byte) && digitCount < 15 {
                mantissa = mantissa * 10 + UInt64(byte - 0x30)
                digitCount += 1
                if hasPoint { fractionCount += 1 }
            } else {
                return slowNumber(bytes, field)
            }
            at += 1
        }
        guard digitCount > 0 else { return nil }
        let value = Double(mantissa) / powersOfTen[fractionCount]
        return isNegative ? -value : value
    }

    private static let powersOfTen: [Double] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15]

    private static func slowNumber(_ bytes: [UInt8], _ field: Range<Int>) -> Double? {
        // Swift reads hexadecimal, infinities and NaN too; a table has decimal numbers.
        let allowed = bytes[field].allSatisfy { (0x30...0x39).contains($0) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].contains($0) }
        guard allowed, let value = Double(String(decoding: bytes[field], as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}
