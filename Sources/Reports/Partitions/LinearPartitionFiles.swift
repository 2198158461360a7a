// A partition of a line or polyline as files for programs.

public import Interchange
public import Partitions
import Tensors

extension LinearPartition {
    /// Every interval: segment, range (`null` where it is unbounded), length, cell, codes and affine map of the segment's coordinate.
    public var json: JSONValue {
        .array(
            intervals.map { interval in
                let map = interval.map
                return [
                    "segment": JSONValue(interval.segment), "range": JSONValue([interval.range.lowerBound, interval.range.upperBound]),
                    "length": JSONValue(interval.length), "cell": JSONValue(interval.cell),
                    "codes": .array(interval.codes.map { JSONValue($0) }), "slopes": JSONValue(map.slopes.map { $0[0] }),
                    "offsets": JSONValue(map.offsets),
                ]
            })
    }

    /// Every interval as arrays: `segments` (R), `ranges` (R×2), `lengths` (R), `cells` (R), `codes` (R×units), `slopes` (R×K), `offsets`
    /// (R×K).
    public var arrays: [NamedTensor] {
        var (codes, slopes, offsets): ([Int32], [Double], [Double]) = ([], [], [])
        for interval in intervals {
            let map = interval.map
            codes += interval.codes.joined().map { Int32($0) }
            slopes += map.slopes.map { $0[0] }
            offsets += map.offsets
        }
        let count = intervals.count
        func numbers(_ name: String, _ values: [Double], _ width: Int? = nil) -> NamedTensor {
            NamedTensor(name: name, tensor: .float64(Tensor(shape: width.map { [count, $0] } ?? [count], elements: values)))
        }
        func indices(_ name: String, _ values: [Int]) -> NamedTensor {
            NamedTensor(name: name, tensor: .int64(Tensor(shape: [count], elements: values.map { Int64($0) })))
        }
        return [
            indices("segments", intervals.map(\.segment)),
            numbers("ranges", intervals.flatMap { [$0.range.lowerBound, $0.range.upperBound] }, 2),
            numbers("lengths", intervals.map(\.length)), indices("cells", intervals.map(\.cell)),
            NamedTensor(name: "codes", tensor: .int32(Tensor(shape: [count, codes.count / max(count, 1)], elements: codes))),
            numbers("slopes", slopes, slopes.count / max(count, 1)), numbers("offsets", offsets, offsets.count / max(count, 1)),
        ]
    }
}
