// swift-tools-version: 6.3
// The package reads as its table of contents: a target is a chapter and imports only chapters above it.
import Foundation
import PackageDescription

let strict: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]
    + (Context.environment["MASO_STRICT"] == nil ? [] : [.treatAllWarnings(as: .error)])

/// A chapter: its sources in `Sources/NAME`, its tests in `Tests/NAMETests`.
func chapter(_ name: String, _ dependencies: [Target.Dependency]) -> [Target] {
    let fixtures = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/Tests/\(name)Tests/Fixtures")
    return [
        .target(name: name, dependencies: dependencies, swiftSettings: strict),
        .testTarget(
            name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
            exclude: fixtures ? ["Fixtures"] : [], swiftSettings: strict),
    ]
}

let package = Package(
    name: "MaxAffineSplines",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "MaxAffineSplines", targets: ["MaxAffineSplines"]),
        .executable(name: "maso", targets: ["maso"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // System libraries, each behind a module map, and the C kernels that need runtime dispatch.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(name: "CGMP", providers: [.apt(["libgmp-dev"]), .brew(["gmp"])]),
        .systemLibrary(name: "CClp", providers: [.apt(["coinor-libclp-dev"]), .brew(["clp"])]),
        .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"]), .brew(["onednn"])]),
        .target(name: "CKernels"),
    ]
        + chapter("Tensors", [])
        + chapter("Graphs", ["Tensors"])
        + chapter("Geometry", ["CClp", "CGMP"])
        + chapter("Execution", ["Graphs", "Tensors", "CKernels", "COneDNN", "COpenBLAS"])
        + chapter("Networks", ["Graphs", "Tensors"])
        + chapter("Interchange", ["Networks", "Graphs", "Tensors", "CZlib", .product(name: "SwiftProtobuf", package: "swift-protobuf")])
        + chapter("Splines", ["Networks", "Execution", "Graphs", "Tensors"])
        + chapter("Training", ["Splines", "Interchange", "Networks", "Execution", "Graphs", "Tensors", "TOMLKit"])
        + chapter("Partitions", ["Splines", "Geometry", "Networks", "Execution", "Graphs", "Tensors", "CKernels"])
        + chapter(
            "Analysis", ["Training", "Splines", "Partitions", "Geometry", "Interchange", "Networks", "Execution", "Graphs", "Tensors"])
        + chapter("Figures", ["CPNG"])
        + chapter(
            "Reports",
            [
                "Analysis", "Training", "Partitions", "Splines", "Geometry", "Figures", "Interchange", "Networks", "Execution", "Graphs",
                "Tensors",
            ])
        + [
            .target(
                name: "MaxAffineSplines",
                dependencies: [
                    "Tensors", "Graphs", "Geometry", "Execution", "Networks", "Interchange", "Splines", "Training", "Partitions",
                    "Analysis", "Figures", "Reports",
                ], swiftSettings: strict),
            .executableTarget(
                name: "maso",
                dependencies: [
                    "MaxAffineSplines", .product(name: "ArgumentParser", package: "swift-argument-parser"),
                ], swiftSettings: strict),
            .target(name: "TestSupport", dependencies: ["Graphs", "Tensors"], path: "Tests/TestSupport", swiftSettings: strict),
            .testTarget(name: "masoTests", dependencies: ["maso", "MaxAffineSplines", "TestSupport"], swiftSettings: strict),
        ],
    swiftLanguageModes: [.v6]
)
