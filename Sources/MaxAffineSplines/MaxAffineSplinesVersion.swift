// The package's version, which the command prints and pages carry.

/// The version of the package.
public enum MaxAffineSplinesVersion {
    public static let text = "0.1.0"
}
