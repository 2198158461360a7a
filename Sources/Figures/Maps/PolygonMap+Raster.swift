// Maps of very many cells as pixels: beyond some 10⁴ cells shapes weigh more than an image.

extension PolygonMap {
    /// The map without axes as pixels: drawn `oversampling` times as large and reduced, so that slanted edges are smooth.
    ///
    /// Edges are half as dark as those of the vector map, because each is drawn by both of its cells.
    public func raster(width pixels: Int = 900, oversampling: Int = 2) -> Raster {
        precondition(pixels >= 1 && oversampling >= 1, "an image has pixels")
        var canvas = Canvas(window: wholeRows(pixels), width: pixels * oversampling, aspect: rowAspect(pixels))
        for cell in cells { canvas.fill(cell.polygon, cell.fill) }
        drawEdges(on: &canvas, scale: Double(pixels * oversampling) / width)
        return canvas.raster.reduced(by: oversampling)
    }

    /// The window, grown downwards by less than a row, so that an image `pixels` wide has whole rows.
    public func wholeRows(_ pixels: Int) -> Window {
        let grown = window.height * (rowAspect(pixels) / window.shownAspect)
        return Window(low: SIMD2(window.low.x, window.high.y - grown), high: window.high)
    }

    /// Height over width of an image `pixels` wide that has whole rows.
    public func rowAspect(_ pixels: Int) -> Double { max(1, (Double(pixels) * window.shownAspect).rounded(.up)) / Double(pixels) }

    private func drawEdges(on canvas: inout Canvas, scale: Double) {
        if edgeWidth > 0 {
            for cell in cells {
                for (a, b) in zip(cell.polygon, cell.polygon.dropFirst() + cell.polygon.prefix(1)) {
                    canvas.draw(from: a, to: b, PolygonMap.edge, thickness: edgeWidth * scale, opacity: 0.3)
                }
            }
        }
        for lines in lines {
            guard let color = lines.paint.lightColor else { continue }
            for line in lines.polylines {
                for (a, b) in zip(line, line.dropFirst()) { canvas.draw(from: a, to: b, color, thickness: lines.width * scale) }
            }
        }
    }

    /// The picture with its cells and lines as one image, axes and samples as shapes.
    /// - Throws: `PNGError` when libpng does.
    public func pictureWithImage(pixels: Int = 900) throws(PNGError) -> Picture { try picture(over: raster(width: pixels)) }

    /// The picture with an image of the map in the place of cells and lines, axes and samples as shapes.
    /// - Throws: `PNGError` when libpng does.
    public func picture(over image: Raster) throws(PNGError) -> Picture {
        var frame = self
        (frame.cells, frame.lines, frame.tooltips) = ([], [], nil)
        return frame.picture(background: try image.png(), aspect: Double(image.height) / Double(image.width))
    }
}
