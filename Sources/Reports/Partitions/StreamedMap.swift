// The map of a partition of very many cells: pixels, drawn while the cells go by, so that no cell is kept.

public import Figures
public import Partitions
import Synchronization

/// A map of a planar partition of any size.
public struct StreamedMap: Sendable {
    private let tiles: ClassifiedTiles
    private let window: Window
    private let coloring: PartitionMap.Coloring
    private let classNames: [String]
    private let title: String
    private let isSign: Bool
    /// Drawn on the map, as on a `PartitionMap`.
    public var samples: [PolygonMap.Samples] = []
    /// Pixels across, and how many times as large in either direction the map is drawn.
    private static let (pixels, oversampling) = (1200, 2)

    /// - Parameter classNames: one a class; numbers where there are fewer.
    /// - Precondition: the colours are not those of slopes, which the stream does not know.
    /// - Throws: `PartitionError` as `TiledPartition.init(of:on:)`.
    public init(
        of program: PiecewiseAffineProgram, on domain: Domain, coloring: PartitionMap.Coloring, classNames: [String], title: String
    ) throws(PartitionError) {
        precondition(coloring != .slope, "slopes of streamed cells are not known")
        (self.coloring, self.title, isSign) = (coloring, title, program.outputCount == 1)
        tiles = try ClassifiedTiles(of: program, on: domain)
        let corners = try domain.polygon()
        window = Window(
            low: corners.reduce(SIMD2(repeating: .infinity)) { pointwiseMin($0, $1) },
            high: corners.reduce(SIMD2(repeating: -.infinity)) { pointwiseMax($0, $1) })
        self.classNames = PartitionMap.names(of: Array(0..<max(program.outputCount, 2)), classNames, isSign: isSign)
    }

    /// The map's pixels, without axes.
    ///
    /// - Parameter progress: told how many parts are drawn.
    private func drawn(threads: Int, _ progress: @escaping @Sendable (Int) -> Void) -> CellRaster {
        let frame = PolygonMap(title: title, description: "", window: window, cells: [])
        let width = StreamedMap.pixels * StreamedMap.oversampling
        let grid = PixelGrid(window: frame.wholeRows(StreamedMap.pixels), width: width)
        let scale = Double(width) / 720
        let idle = Mutex<[CellRaster]>([])
        let count = Mutex(0)
        tiles.forEachBlock(threads: threads) { parts in
            var raster = idle.withLock { $0.popLast() } ?? CellRaster(grid)
            for part in parts {
                raster.add(part.vertices, label: label(part), thickness: 0.2 * scale)
                guard coloring == .class || part.isBoundary.contains(true) else { continue }
                for (i, isBoundary) in part.isBoundary.enumerated() where isBoundary {
                    let end = part.vertices[(i + 1) % part.vertices.count]
                    raster.add(lineFrom: part.vertices[i], to: end, thickness: 2 * scale)
                }
            }
            idle.withLock { $0.append(raster) }
            progress(
                count.withLock { count in
                    count += parts.count; return count
                })
        }
        let rasters = idle.withLock { $0 }
        return rasters.dropFirst().reduce(into: rasters.first ?? CellRaster(grid)) { $0.merge($1) }
    }

    private func label(_ part: ClassifiedTiles.Part) -> UInt16 {
        switch coloring {
        case .class: UInt16(truncatingIfNeeded: min(part.classIndex, 8000) * 8 + Int(part.codeHash & 7))
        case .code, .slope: UInt16(truncatingIfNeeded: Int(part.codeHash & 7))
        case .activity: UInt16(truncatingIfNeeded: min(part.activity, 65_000))
        }
    }

    /// The map with its cells as an image, and its axes and legend as shapes.
    ///
    /// - Throws: `PNGError` when libpng does.
    public func rendered(
        cellCount: Int, threads: Int, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws(PNGError) -> (map: PolygonMap, image: Raster) {
        let raster = drawn(threads: threads, progress)
        var map = PolygonMap(
            title: title, description: "\(NumberText.count(cellCount)) cells; colours: \(coloring.meaning(isSign: isSign)).",
            window: window,
            cells: [])
        (map.width, map.samples) = (720, samples)
        let color: (UInt16) -> Color
        switch coloring {
        case .class:
            color = { ClassColors.tint(Int($0) / 8, variant: Int($0) % 8) }
            map.keys = classNames.indices.map {
                PolygonMap.Key(classNames[$0], paint: .fixed(ClassColors.tint($0, variant: 0)))
            }
        case .code, .slope: color = { PartitionMap.codeColor(Int($0)) }
        case .activity:
            let range = raster.labelRange ?? 0...0
            let mapping = ColorMapping(scale: .paleBlues, low: Double(range.lowerBound), high: Double(range.upperBound))
            color = { mapping.color(Double($0)) }
            map.scale = PolygonMap.Scale(PartitionMap.activityName, mapping)
        }
        map.keys.append(.init("decision boundary", paint: .fixed(PolygonMap.edge), shape: .line))
        // Outlines of cells of a few pixels would cover all else.
        let area = Double(raster.grid.width * raster.grid.height) / Double(max(cellCount, 1))
        let side = area.squareRoot() / Double(StreamedMap.oversampling)
        return (map, raster.raster(outlineOpacity: 0.5 * min(1, side / 4), color).reduced(by: StreamedMap.oversampling))
    }
}
