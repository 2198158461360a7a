import ArgumentParser

@main struct Maso: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "maso", abstract: "Reads a network as a max-affine spline operator.")
}
