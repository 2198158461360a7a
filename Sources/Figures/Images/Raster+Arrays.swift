// Images from arrays of numbers: pictures as they are, templates with their sign.

extension Raster {
    /// A picture from values of shape `[C, height, width]`, C = 1 (gray) or 3 (red, green, blue), `range` mapped to black … white and clamped.
    ///
    /// Without a range the smallest and largest finite values of all channels together; values that are not numbers are drawn black.
    /// - Precondition: the number of values is `width * height` or three times that.
    public init(picture values: [Double], width: Int, height: Int, range: ClosedRange<Double>? = nil) {
        let plane = width * height
        precondition(values.count == plane || values.count == 3 * plane, "a picture has one or three channels")
        let finite = values.filter(\.isFinite)
        let range = range ?? (finite.min() ?? 0)...(finite.max() ?? 1)
        let span = range.upperBound / 2 - range.lowerBound / 2
        func byte(_ value: Double) -> UInt8 {
            guard !value.isNaN else { return 0 }
            let t = span > 0 ? (min(max(value, range.lowerBound), range.upperBound) / 2 - range.lowerBound / 2) / span : 0.5
            return UInt8((t * 255).rounded())
        }
        self.init(width: width, height: height)
        let (green, blue) = values.count == plane ? (0, 0) : (plane, 2 * plane)
        for i in 0..<plane {
            (bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]) = (byte(values[i]), byte(values[i + green]), byte(values[i + blue]))
        }
    }

    /// One channel of numbers, shape `[height, width]`, through a colour mapping: `.diverging(values)` for a signed template.
    /// - Precondition: the number of values is `width * height`.
    public init(values: [Double], width: Int, height: Int, mapping: ColorMapping) {
        precondition(values.count == width * height, "one value a pixel")
        self.init(width: width, height: height)
        for (i, value) in values.enumerated() {
            let color = mapping.color(value)
            (bytes[3 * i], bytes[3 * i + 1], bytes[3 * i + 2]) = (color.red, color.green, color.blue)
        }
    }

    /// A signed template of shape `[C, height, width]`, C = 1 or 3.
    ///
    /// One channel is drawn blue–white–orange, three as red, green and blue around mid-gray; both scales are symmetrical,
    /// −limit…limit, so that zero looks alike in every template. Without a limit the largest finite magnitude.
    public init(template values: [Double], width: Int, height: Int, limit: Double? = nil) {
        precondition(limit.map { $0.isFinite && $0 >= 0 } ?? true, "a limit is a finite magnitude")
        let limit = limit ?? values.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
        if values.count == width * height {
            self.init(values: values, width: width, height: height, mapping: ColorMapping(scale: .blueOrange, low: -limit, high: limit))
        } else {
            self.init(picture: values, width: width, height: height, range: -limit...limit)
        }
    }
}
