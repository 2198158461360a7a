// swift-tools-version: 6.3
// Benchmarks are a package of their own, so that users never resolve what only they need.
import PackageDescription

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "MaxAffineSplines", path: "..")],
    targets: [
        .executableTarget(
            name: "PartitionBenchmark", dependencies: [.product(name: "MaxAffineSplines", package: "MaxAffineSplines")]),
        .executableTarget(
            name: "ExecutionBenchmark", dependencies: [.product(name: "MaxAffineSplines", package: "MaxAffineSplines")]),
    ],
    swiftLanguageModes: [.v6]
)
