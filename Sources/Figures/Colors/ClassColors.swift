// Colours for classes, told apart also by readers with a colour-vision deficiency.

/// The categorical palette of Okabe and Ito (2008, «Color Universal Design»), ordered for classes.
///
/// The first four are the furthest apart for every kind of colour vision; black gives way to grey, which shows on dark pages too.
/// Class 8 and on: the same eight lighter, then the same eight darker, then from the start again; never rely on colour alone there.
public enum ClassColors {
    /// Blue, orange, bluish green, reddish purple, vermillion, sky blue, yellow, grey.
    public static let okabeIto: [Color] = [
        Color(0x0072B2), Color(0xE69F00), Color(0x009E73), Color(0xCC79A7),
        Color(0xD55E00), Color(0x56B4E9), Color(0xF0E442), Color(0x8C8C8C),
    ]

    /// The colour of class `index`, counted from 0.
    public static func color(_ index: Int) -> Color {
        precondition(index >= 0, "classes are counted from 0")
        let base = okabeIto[index % okabeIto.count]
        switch index / okabeIto.count % 3 {
        case 0: return base
        case 1: return base.mixed(with: .white, 0.55)
        default: return base.mixed(with: .black, 0.45)
        }
    }

    /// What share of white the palette's tints begin with, and of black those of the next eight classes: chosen so that tints of any two of
    /// the first ten classes are at least 0.05 apart in OKLab, also for readers who lack the cones for red or for green (as Machado, Oliveira
    /// and Fernandes 2009 simulate it).
    private static let (lightness, darkness) = ([0.21, 0.27, 0.13, 0.30, 0.24, 0.34, 0.49, 0.74], 0.34)

    /// A tint of the class colour for areas, `variant` telling neighbours of one class apart: the mixture with white runs through eight
    /// steps in an order that keeps successive variants apart. Those of classes 8 and on are darker.
    public static func tint(_ index: Int, variant: Int) -> Color {
        precondition(index >= 0, "classes are counted from 0")
        let step = Double([0, 5, 2, 7, 4, 1, 6, 3][((variant % 8) + 8) % 8])
        let (base, place) = (okabeIto[index % okabeIto.count], index % okabeIto.count)
        switch index / okabeIto.count % 3 {
        case 0: return base.mixed(with: .white, lightness[place] + 0.018 * step)
        case 1: return base.mixed(with: .black, darkness).mixed(with: .white, 0.02 * step)
        default: return base.mixed(with: .black, 0.5).mixed(with: .white, 0.02 * step)
        }
    }
}
