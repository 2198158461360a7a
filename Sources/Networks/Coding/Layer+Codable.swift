// Layers as JSON objects: `{"type": "convolution", "channels": 32, "kernel": 5, "padding": "full"}`. Keys that have their default are
// left out.

import Graphs
import Tensors

extension Extent: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let size = try? container.decode(Int.self) { self = .all(size) } else { self = .each(try container.decode([Int].self)) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .all(let size): try container.encode(size)
        case .each(let sizes): try container.encode(sizes)
        }
    }
}

extension Margin: Codable {
    public init(from decoder: any Decoder) throws {
        if let name = try? decoder.singleValueContainer().decode(String.self) {
            switch name {
            case "valid": self = .valid
            case "same": self = .same
            case "full": self = .full
            default: throw NetworkError(path(decoder.codingPath), expected: "valid, same, full or numbers", got: "'\(name)'")
            }
        } else if let extent = try? decoder.singleValueContainer().decode(Extent.self) {
            self = .explicit(extent)
        } else {
            var fields = try Fields(decoder)
            self = .sides(low: try fields.required("low"), high: try fields.required("high"))
            try fields.finish()
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .valid: try encoder.writeName("valid")
        case .same: try encoder.writeName("same")
        case .full: try encoder.writeName("full")
        case .explicit(let extent): try extent.encode(to: encoder)
        case .sides(let low, let high):
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(low, forKey: Key("low"))
            try container.encode(high, forKey: Key("high"))
        }
    }
}

extension Encoder {
    fileprivate func writeName(_ name: String) throws {
        var container = singleValueContainer()
        try container.encode(name)
    }
}

extension Layer: Decodable {
    public init(from decoder: any Decoder) throws {
        let depth = decoder.codingPath.count { $0.stringValue == "body" || $0.stringValue == "shortcut" || $0.stringValue == "branches" }
        guard depth <= Assembler.depthLimit else {
            throw NetworkError(
                path(decoder.codingPath), expected: "at most \(Assembler.depthLimit) layers in one another", got: "more")
        }
        var f = try Fields(decoder)
        let type: String = try f.required("type")
        switch type {
        case "dense": self = .dense(try f.required("units"), bias: try f.optional("bias") ?? true)
        case "convolution":
            self = .convolution(
                try f.required("channels"), kernel: try f.required("kernel"), stride: try f.optional("stride") ?? 1,
                dilation: try f.optional("dilation") ?? 1, groups: try f.optional("groups") ?? 1,
                padding: try f.optional("padding") ?? .valid, bias: try f.optional("bias") ?? true)
        case "transposedConvolution":
            self = .transposedConvolution(
                try f.required("channels"), kernel: try f.required("kernel"), stride: try f.optional("stride") ?? 1,
                dilation: try f.optional("dilation") ?? 1, groups: try f.optional("groups") ?? 1,
                padding: try f.optional("padding") ?? .valid, outputPadding: try f.optional("outputPadding") ?? 0,
                bias: try f.optional("bias") ?? true)
        case "batchNormalization":
            self = .batchNormalization(momentum: try f.optional("momentum") ?? 0.1, epsilon: try f.optional("epsilon") ?? 1e-5)
        case "relu": self = .relu
        case "leakyReLU": self = .leakyReLU(try f.required("slope"))
        case "parametricReLU": self = .parametricReLU(initial: try f.optional("initial") ?? 0.25)
        case "absoluteValue": self = .absoluteValue
        case "clip": self = .clip(low: try f.required("low"), high: try f.required("high"))
        case "hardTangent": self = .hardTangent
        case "hardSigmoid": self = .hardSigmoid(slope: try f.required("slope"), offset: try f.required("offset"))
        case "softThreshold": self = .softThreshold(try f.required("threshold"))
        case "sign": self = .sign
        case "winners": self = .winners(try f.required("count"))
        case "maxout": self = .maxout(try f.required("units"), pieces: try f.required("pieces"), bias: try f.optional("bias") ?? true)
        case "maximumPooling":
            self = .maximumPooling(
                try f.required("size"), stride: try f.optional("stride"), dilation: try f.optional("dilation") ?? 1,
                padding: try f.optional("padding") ?? .valid, roundingUp: try f.optional("roundingUp") ?? false)
        case "globalMaximumPooling": self = .globalMaximumPooling
        case "channelPooling": self = .channelPooling(try f.required("pieces"))
        case "meanPooling":
            self = .meanPooling(
                try f.required("size"), stride: try f.optional("stride"), padding: try f.optional("padding") ?? .valid,
                roundingUp: try f.optional("roundingUp") ?? false, countingPadding: try f.optional("countingPadding") ?? false)
        case "globalMeanPooling": self = .globalMeanPooling
        case "exponential": self = .smooth(.exponential)
        case "logarithm": self = .smooth(.logarithm)
        case "squareRoot": self = .smooth(.squareRoot)
        case "reciprocal": self = .smooth(.reciprocal)
        case "erf": self = .smooth(.errorFunction)
        case "sigmoid": self = .sigmoid
        case "tanh": self = .hyperbolicTangent
        case "softplus": self = .softplus
        case "power": self = .smooth(.power(try f.required("exponent")))
        case "swish": self = .swish(sharpness: try f.optional("sharpness") ?? 1)
        case "gelu": self = .gelu(approximate: try f.optional("approximate") ?? false)
        case "softmax": self = .softmax
        case "flatten": self = .flatten
        case "reshape": self = .reshape(try f.required("shape"))
        case "dropout": self = .dropout(try f.required("rate"))
        case "residual": self = .residual(try f.required("body"), shortcut: try f.optional("shortcut") ?? [])
        case "concatenate": self = .concatenate(try f.required("branches"))
        case "recurrent":
            self = .recurrent(
                try f.required("units"), activation: try f.optional("activation") ?? .relu,
                inputToAll: try f.optional("inputToAll") ?? false, learnsInitialState: try f.optional("learnsInitialState") ?? false,
                everyStep: try f.optional("everyStep") ?? false)
        default: throw f.refusal("type", expected: "a layer", got: "'\(type)'")
        }
        try f.finish()
    }
}

extension Layer: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var c = encoder.container(keyedBy: Key.self)
        func type(_ name: String) throws { try c.encode(name, forKey: Key("type")) }
        /// Writes a field unless it has its default.
        func field<T: Encodable & Equatable>(_ name: String, _ value: T, default usual: T? = nil) throws {
            if value != usual { try c.encode(value, forKey: Key(name)) }
        }
        func windowFields(_ kernel: Extent, _ stride: Extent, _ dilation: Extent, _ groups: Int, _ padding: Margin, _ bias: Bool) throws {
            try field("kernel", kernel)
            try field("stride", stride, default: 1)
            try field("dilation", dilation, default: 1)
            try field("groups", groups, default: 1)
            try field("padding", padding, default: .valid)
            try field("bias", bias, default: true)
        }
        switch self {
        case .dense(let units, let bias):
            try type("dense")
            try field("units", units)
            try field("bias", bias, default: true)
        case .convolution(let channels, let kernel, let stride, let dilation, let groups, let padding, let bias):
            try type("convolution")
            try field("channels", channels)
            try windowFields(kernel, stride, dilation, groups, padding, bias)
        case .transposedConvolution(let channels, let kernel, let stride, let dilation, let groups, let padding, let extra, let bias):
            try type("transposedConvolution")
            try field("channels", channels)
            try windowFields(kernel, stride, dilation, groups, padding, bias)
            try field("outputPadding", extra, default: 0)
        case .batchNormalization(let momentum, let epsilon):
            try type("batchNormalization")
            try field("momentum", momentum, default: 0.1)
            try field("epsilon", epsilon, default: 1e-5)
        case .leakyReLU(let slope):
            try type("leakyReLU")
            try field("slope", slope)
        case .parametricReLU(let initial):
            try type("parametricReLU")
            try field("initial", initial, default: 0.25)
        case .clip(let low, let high):
            try type("clip")
            try field("low", low)
            try field("high", high)
        case .hardSigmoid(let slope, let offset):
            try type("hardSigmoid")
            try field("slope", slope)
            try field("offset", offset)
        case .softThreshold(let threshold):
            try type("softThreshold")
            try field("threshold", threshold)
        case .winners(let count):
            try type("winners")
            try field("count", count)
        case .maxout(let units, let pieces, let bias):
            try type("maxout")
            try field("units", units)
            try field("pieces", pieces)
            try field("bias", bias, default: true)
        case .maximumPooling(let size, let stride, let dilation, let padding, let roundingUp):
            try type("maximumPooling")
            try field("size", size)
            if let stride { try field("stride", stride) }
            try field("dilation", dilation, default: 1)
            try field("padding", padding, default: .valid)
            try field("roundingUp", roundingUp, default: false)
        case .channelPooling(let pieces):
            try type("channelPooling")
            try field("pieces", pieces)
        case .meanPooling(let size, let stride, let padding, let roundingUp, let countingPadding):
            try type("meanPooling")
            try field("size", size)
            if let stride { try field("stride", stride) }
            try field("padding", padding, default: .valid)
            try field("roundingUp", roundingUp, default: false)
            try field("countingPadding", countingPadding, default: false)
        case .smooth(.power(let exponent)):
            try type("power")
            try field("exponent", exponent)
        case .swish(let sharpness):
            try type("swish")
            try field("sharpness", sharpness, default: 1)
        case .gelu(let approximate):
            try type("gelu")
            try field("approximate", approximate, default: false)
        case .reshape(let shape):
            try type("reshape")
            try field("shape", shape)
        case .dropout(let rate):
            try type("dropout")
            try field("rate", rate)
        case .residual(let body, let shortcut):
            try type("residual")
            try field("body", body)
            try field("shortcut", shortcut, default: [])
        case .concatenate(let branches):
            try type("concatenate")
            try field("branches", branches)
        case .recurrent(let units, let activation, let inputToAll, let learnsInitialState, let everyStep):
            try type("recurrent")
            try field("units", units)
            try field("activation", activation, default: .relu)
            try field("inputToAll", inputToAll, default: false)
            try field("learnsInitialState", learnsInitialState, default: false)
            try field("everyStep", everyStep, default: false)
        case .globalMaximumPooling: try type("globalMaximumPooling")
        case .globalMeanPooling: try type("globalMeanPooling")
        case .relu, .absoluteValue, .hardTangent, .sign, .smooth, .softmax, .flatten: try type(stem)
        }
    }
}
