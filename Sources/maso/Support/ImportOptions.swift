// The options of models that other programs made: which input and output are read, and how samples are prepared for them.

import ArgumentParser
import Foundation
import MaxAffineSplines

/// `--input --output --bind --shape --scale --mean --std --layout --external-data-root --architecture`
struct ImportOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The input of an ONNX model that is read, where there are several.", valueName: "name"))
    var input: String?

    @Option(help: ArgumentHelp("The output of an ONNX model; the first that is numbers by default.", valueName: "name"))
    var output: String?

    @Option(
        name: .customLong("bind"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("An input of an ONNX model that is not read: a number everywhere, or an npy file.", valueName: "name=value"))
    var bound: [String] = []

    @Option(help: ArgumentHelp("One sample's shape, such as 3x64x64, where an ONNX model leaves it open.", valueName: "shape"))
    var shape: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "A factor of the samples: an ONNX model gets (scale · x − mean) / std, and slopes are those of x.", valueName: "a"))
    var scale: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("The mean taken off: one number, or one a channel.", valueName: "m,…"))
    var mean: String?

    @Option(
        name: .customLong("std"), parsing: .unconditional,
        help: ArgumentHelp("The deviation divided by: one number, or one a channel.", valueName: "s,…"))
    var deviation: String?

    @Option(
        help: ArgumentHelp(
            "How images lie in the samples, nchw or nhwc; they are transposed where an ONNX model has it otherwise.", valueName: "layout"))
    var layout: ImageLayout?

    @Option(help: ArgumentHelp("A folder from which an ONNX model may take external data, besides its own.", valueName: "dir"))
    var externalDataRoot: String?

    @Option(help: ArgumentHelp("A JSON file with the architecture of a safetensors file that has none.", valueName: "f.json"))
    var architecture: String?

    func validate() throws {
        _ = try numbers(mean, "--mean")
        _ = try numbers(deviation, "--std")
        if let scale, !scale.isFinite || scale == 0 {
            throw ValidationError("--scale: expected a finite number other than 0, got \(scale)")
        }
        if let wrong = try numbers(deviation, "--std")?.first(where: { $0 <= 0 }) {
            throw ValidationError("--std: expected numbers above 0, got \(wrong)")
        }
        _ = try sampleShape()
        for text in bound where !text.dropFirst().contains("=") {
            throw ValidationError("--bind: expected NAME=NUMBER or NAME=FILE.npy, got '\(text)'")
        }
    }

    /// What was asked for.
    /// - Parameter samples: an npy file of samples, whose shape is a hint.
    func choices(_ common: CommonOptions, samples: String? = nil) throws -> ImportChoices {
        var choices = ImportChoices()
        (choices.input, choices.output, choices.layout, choices.scale) = (input, output, layout, scale)
        (choices.externalDataFolder, choices.architecture) = (externalDataRoot, architecture)
        (choices.mean, choices.deviation) = (try numbers(mean, "--mean"), try numbers(deviation, "--std"))
        choices.sampleShape = try sampleShape()
        if choices.sampleShape == nil, let samples, let shape = beginningShape(samples) {
            (choices.sampleShape, choices.sampleShapeIsHint) = (Array(shape.dropFirst()), true)
        }
        for text in bound {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if Double(parts[1])?.isNaN == true {
                throw Failure.usage("--bind \(parts[0]): expected a number or an npy file, got '\(parts[1])'")
            }
            let binding: ImportChoices.Binding =
                if let number = Double(parts[1]) {
                    .number(number)
                } else {
                    .array(try NumpyArray.read(path: parts[1], budget: common.budget), file: parts[1])
                }
            guard choices.bindings.updateValue(binding, forKey: parts[0]) == nil else {
                throw Failure.usage("--bind \(parts[0]): given twice")
            }
        }
        return choices
    }

    /// The shape of a regular npy file; whatever else it is, who reads it whole will say.
    private func beginningShape(_ path: String) -> [Int]? {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue,
            (try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType) == .typeRegular,
            let file = FileHandle(forReadingAtPath: path), let bytes = try? file.read(upToCount: 1 << 16)
        else { return nil }
        return NumpyArray.shape(beginning: [UInt8](bytes))
    }

    private func numbers(_ text: String?, _ option: String) throws -> [Double]? {
        try text?.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let number = Double(part), number.isFinite else {
                throw ValidationError("\(option): expected finite numbers, got '\(part)'")
            }
            return number
        }
    }

    private func sampleShape() throws -> [Int]? {
        try shape?.split(separator: "x", omittingEmptySubsequences: false).map { part in
            guard let size = Int(part), size > 0 else {
                throw ValidationError("--shape: expected sizes such as 3x64x64, got '\(shape ?? "")'")
            }
            return size
        }
    }
}

extension ImageLayout: ExpressibleByArgument {}
