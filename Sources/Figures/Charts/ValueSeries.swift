// What bars and histograms are made of.

/// Numbers with a name and a colour.
public struct ValueSeries: Hashable, Sendable {
    public var name: String
    public var values: [Double]
    public var paint: Paint

    public init(_ name: String, values: [Double], paint: Paint) { (self.name, self.values, self.paint) = (name, values, paint) }
}
