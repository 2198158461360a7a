// The toy data of THEORY §15: two inputs, four classes, in [−1, 1]².

import Tensors

/// Points in the plane that four classes share.
public enum ToySet: String, CaseIterable, Hashable, Sendable {
    /// Four interleaved spiral arms, each a class, 0.6 of a turn long.
    case spirals
    /// Four pairs of interleaved moons, a pair in each quadrant. The theory leaves open how eight moons make four classes; here the
    /// upper moon of quadrant q is of class q and the lower one of class q + 1 modulo 4, so no class is one blob.
    case moons

    /// Points with equal numbers of each class, as far as `count` allows, shape `[count, 2]`; class i modulo 4 for point i.
    ///
    /// - Parameter noise: the standard deviation added to both coordinates, whose results are clamped to [−1, 1].
    public func dataSet(count: Int, split: Split, noise: Double = 0.02, seed: UInt64 = 0) -> DataSet {
        var generator = RandomGenerator(seed: seed, purpose: "toy:\(rawValue):\(split.rawValue)")
        var points: [Double] = []
        for index in 0..<count {
            let point = self.point(of: index % 4, &generator)
            for coordinate in [point.x, point.y] { points.append(min(max(coordinate + noise * generator.normal(), -1), 1)) }
        }
        return DataSet(
            name: "toy:\(rawValue)", samples: .float64(Tensor(shape: [count, 2], elements: points)), labels: (0..<count).map { $0 % 4 },
            classCount: 4)
    }

    private func point(of label: Int, _ generator: inout RandomGenerator) -> (x: Double, y: Double) {
        switch self {
        case .spirals:
            // Radius and angle grow together: r = t, φ = 2π(0.6 t + label / 4), t in [0.1, 0.95).
            let t = generator.uniform(0.1, 0.95)
            let angle = 2 * Double.pi * (0.6 * t + Double(label) / 4)
            return (t * cosine(angle), t * sine(angle))
        case .moons:
            // Two half circles of radius 1 that interlock, about (½, ¼), then scaled into the quadrant about (±½, ±½).
            let isUpper = generator.integer(below: 2) == 0
            let angle = generator.uniform(0, Double.pi)
            let (x, y) = isUpper ? (cosine(angle), sine(angle)) : (1 - cosine(angle), 0.5 - sine(angle))
            let quadrant = isUpper ? label : (label + 3) % 4
            let centre = [(0.5, 0.5), (-0.5, 0.5), (-0.5, -0.5), (0.5, -0.5)][quadrant]
            return (centre.0 + 0.3 * (x - 0.5), centre.1 + 0.3 * (y - 0.25))
        }
    }
}
