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

    /// A tint of the class colour for areas, `variant` telling neighbours of one class apart: the mixture with white runs
    /// through eight steps between 38 % and 66 % in an order that keeps successive variants apart.
    public static func tint(_ index: Int, variant: Int) -> Color {
        let step = [0, 5, 2, 7, 4, 1, 6, 3][((variant % 8) + 8) % 8]
        return color(index).mixed(with: .white, 0.38 + 0.04 * Double(step))
    }
}
