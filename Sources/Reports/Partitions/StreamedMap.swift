// The map of a partition of very many cells: pixels, drawn while the cells go by, so that no cell is kept. Where cells are smaller than a few
// pixels outlines would cover everything evenly; then every pixel is the darker the more cells it meets.

public import Figures
import Geometry
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
    package static let (pixels, oversampling) = (1200, 2)
    /// Cells of fewer pixels than that, on the average, are shown by shades instead of outlines.
    private static let smallArea = 16.0

    /// - Parameter classNames: one a class; numbers where there are fewer.
    /// - Precondition: the colours are not those of slopes, which the stream does not know.
    /// - Throws: `PartitionError` as `TiledPartition.init(of:on:)`.
    public init(
        of program: PiecewiseAffineProgram, on domain: Domain, coloring: PartitionMap.Coloring, classNames: [String], title: String
    ) throws(PartitionError) {
        precondition(coloring != .slope, "slopes of streamed cells are not known")
        (self.coloring, self.title, isSign) = (coloring, title, program.outputCount == 1)
        tiles = try ClassifiedTiles(of: program, on: domain)
        let (low, high) = ConvexPolygon(try domain.polygon()).bounds
        window = Window(low: low, high: high)
        self.classNames = PartitionMap.names(of: Array(0..<max(program.outputCount, 2)), classNames, isSign: isSign)
    }

    /// The map's pixels, without axes.
    package struct Pixels: Sendable {
        package var raster: CellRaster
        /// Of the image that the raster is reduced to: how many cells of one class each pixel meets. Where cells have no outlines.
        package var counts: CellCounts?

        mutating func merge(_ other: Pixels) {
            raster.merge(other.raster)
            if let more = other.counts { counts?.merge(more) }
        }
    }

    /// - Parameter progress: told how many parts are drawn.
    package func drawn(
        isDense: Bool, threads: Int, _ progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> Pixels {
        let frame = PolygonMap(title: title, description: "", window: window, cells: [])
        let width = StreamedMap.pixels * StreamedMap.oversampling
        let aspect = frame.rowAspect(StreamedMap.pixels)
        let grid = PixelGrid(window: frame.wholeRows(StreamedMap.pixels), width: width, aspect: aspect)
        let scale = Double(width) / 720
        let none = Pixels(
            raster: CellRaster(grid),
            counts: isDense ? CellCounts(PixelGrid(window: grid.window, width: StreamedMap.pixels, aspect: aspect)) : nil)
        let idle = Mutex<[Pixels]>([])
        let count = Mutex(0)
        tiles.forEachBlock(threads: threads) { parts in
            var pixels = idle.withLock { $0.popLast() } ?? none
            for part in parts {
                pixels.raster.add(part.vertices, label: label(part, isDense: isDense), thickness: isDense ? 0 : 0.2 * scale)
                pixels.counts?.add(part.vertices)
                guard coloring == .class || part.isBoundary.contains(true) else { continue }
                for (i, isBoundary) in part.isBoundary.enumerated() where isBoundary {
                    let end = part.vertices[(i + 1) % part.vertices.count]
                    pixels.raster.add(lineFrom: part.vertices[i], to: end, thickness: 2 * scale)
                }
            }
            idle.withLock { $0.append(pixels) }
            progress(
                count.withLock { count in
                    count += parts.count; return count
                })
        }
        let drawn = idle.withLock { $0 }
        return drawn.dropFirst().reduce(into: drawn.first ?? none) { $0.merge($1) }
    }

    /// Cells of one class have different tints, unless they are too small to tell them apart.
    private func label(_ part: ClassifiedTiles.Part, isDense: Bool) -> UInt16 {
        switch coloring {
        case .class: UInt16(truncatingIfNeeded: min(part.classIndex, 8000) * 8 + (isDense ? 0 : Int(part.codeHash & 7)))
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
        let share = window.shownAspect
        let isDense = Double(cellCount) * StreamedMap.smallArea > Double(StreamedMap.pixels * StreamedMap.pixels) * share
        let drawn = drawn(isDense: isDense, threads: threads, progress)
        let raster = drawn.raster
        var map = PolygonMap(
            title: title,
            description: "\(NumberText.count(cellCount)) cells; colours: \(coloring.meaning(isSign: isSign))"
                + (isDense && coloring != .activity ? "; the darker, the more cells a pixel meets." : "."),
            window: window, cells: [])
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
        map.keys += samples.filter { coloring != .class || !classNames.contains($0.name) }.map(\.key)
        let counts = coloring == .activity ? nil : drawn.counts
        map.shade = counts?.scale
        return (map, raster.raster(outlineOpacity: 0.5, counts: counts, color).reduced(by: StreamedMap.oversampling))
    }
}
