// Pictures one after another in one file. An animated SVG, rather than APNG or GIF: it stays sharp at every size, weighs as much as its
// paths, plays where an image may stand (also in a README), and stops for readers who ask for less motion.

/// Pictures of one size that are shown in turn.
public struct Film: Hashable, Sendable {
    public struct Frame: Hashable, Sendable {
        /// Stands below the picture.
        public var label: String
        public var picture: Picture

        public init(label: String, picture: Picture) { (self.label, self.picture) = (label, picture) }
    }

    public var title: String
    public var description: String
    public var frames: [Frame]
    public var secondsPerFrame = 0.6

    /// - Precondition: there is a frame.
    public init(title: String, description: String, frames: [Frame]) {
        precondition(!frames.isEmpty, "a film without frames")
        (self.title, self.description, self.frames) = (title, description, frames)
    }

    /// The film as a file; the last frame stays three times as long, and is the one that a viewer without animation shows.
    public var document: String {
        let (width, height) = (frames.map(\.picture.width).max()!, frames.map(\.picture.height).max()!)
        let total = Double(frames.count + 2) * secondsPerFrame
        func share(_ count: Int) -> String { NumberText.coordinate(100 * Double(count) / Double(frames.count + 2)) }
        func seconds(_ value: Double) -> String { NumberText.coordinate(value) + "s" }
        let style = """
            .frame{visibility:hidden;animation:frame \(seconds(total)) step-end infinite}\
            .last{visibility:visible;animation-name:last}\
            @keyframes frame{0%{visibility:visible}\(share(1))%{visibility:hidden}}\
            @keyframes last{0%{visibility:visible}\(share(3))%{visibility:hidden}}\
            @media (prefers-reduced-motion:reduce){.frame{animation:none}}
            """
        let groups = frames.enumerated().map { index, frame -> MarkupNode in
            // A negative delay: each frame is already under way when the film starts.
            let delay = index == 0 ? 0 : Double(index) * secondsPerFrame - total
            let done = width * Double(index + 1) / Double(frames.count)
            return Drawing.group(
                ["class": index == frames.count - 1 ? "frame last" : "frame", "style": "animation-delay:\(seconds(delay))"],
                frame.picture.content + [
                    Drawing.text(frame.label, at: SIMD2(12, height + 16)),
                    Drawing.rectangle(x: 0, y: height + 24, width: done, height: 4, fill: .theme(.accent)),
                ])
        }
        let picture = Picture(
            width: width, height: height + 28, title: title, description: description,
            content: [.element("style", [:], [.verbatim(style)])] + groups)
        return picture.document
    }
}
