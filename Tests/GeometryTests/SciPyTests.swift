// Facets, balls and nearest points against SciPy's (Fixtures/halfspaces.json by Tools/halfspace_fixtures.py).

import Foundation
import Geometry
import Testing

@Suite struct SciPyTests {
    struct Case: Decodable, Sendable {
        let dimension: Int
        let slopes: [[Double]]
        let offsets: [Double]
        let facets: [Int]
        let radius: Double
        let origin: [Double]
        let distance: Double
    }

    struct Fixture: Decodable { let cases: [Case] }

    static let cases: [Case] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/halfspaces.json")
        return (try? JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file)).cases) ?? []
    }()

    @Test("Qhull's facets, HiGHS's balls, and nearest points by non-negative least squares")
    func agreement() throws {
        #expect(SciPyTests.cases.count == 8)
        for example in SciPyTests.cases {
            var halfspaces = Halfspaces(dimension: example.dimension)
            for (slope, offset) in zip(example.slopes, example.offsets) { halfspaces.append(slope: slope, offset: offset) }
            let forms = zip(example.slopes, example.offsets).map { AffineForm(slope: $0, offset: $1) }
            let label = "dimension \(example.dimension), \(example.offsets.count) rows"
            for exact in [forms, nil] {
                let start = [Double](repeating: 0, count: example.dimension)
                let ball = try #require(halfspaces.inscribedBall(near: start, forms: exact))
                #expect(abs(ball.radius - example.radius) < 1e-9, "\(label)")
                #expect(ball.certificate == (exact == nil ? .rounded : .exact))
                var search = FacetSearch(halfspaces, around: ball.center, forms: exact)
                let answer = search.run()
                #expect(answer.facets == example.facets && answer.isComplete, "\(label)")
                #expect(answer.facets.count + answer.redundant.count == example.offsets.count, "\(label)")
            }
            let nearest = try #require(halfspaces.projection(of: example.origin))
            #expect(abs(nearest.distance - example.distance) < 1e-8 * (1 + example.distance), "\(label)")
        }
    }
}
