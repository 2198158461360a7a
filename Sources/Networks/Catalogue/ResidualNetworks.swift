// The papers' residual networks (THEORY §14).

import Tensors

/// Resnet3 and its kin (R17 Table 7, THEORY E26): a valid convolution, three stages of blocks, global mean, dense.
///
/// A block is z = ρ(σ(C₂ σ(C₁ z' + b₁) + b₂) + P z'), with P a 1×1 projection where the shape changes. The first block of stages 2
/// and 3 doubles the channels and halves the size: by strides, or by ρ where a pooling is asked for.
@Sendable func residualNetwork(blocks: [Int], width: Int, _ options: ArchitectureOptions, _: Shape, _ classes: Int) -> [Layer] {
    let activation = options.norm + [.leakyReLU(0.01)]
    func block(_ channels: Int, changesShape: Bool) -> [Layer] {
        let stride: Extent = changesShape && options.pooling == nil ? 2 : 1
        let body: [Layer] =
            [.convolution(channels, kernel: 3, stride: stride, padding: .explicit(1))] + activation
            + [.convolution(channels, kernel: 3, padding: .same)] + activation
        let shortcut: [Layer] = changesShape ? [.convolution(channels, kernel: 1, stride: stride)] : []
        return [.residual(body, shortcut: shortcut)] + (changesShape && options.pooling != nil ? [options.pool(2)] : [])
    }
    var layers: [Layer] = [.convolution(width, kernel: 3)] + activation
    for (stage, count) in blocks.enumerated() {
        for index in 0..<count { layers += block(width << stage, changesShape: stage > 0 && index == 0) }
    }
    return layers + [.globalMeanPooling, .dense(classes), .softmax]
}

/// ResNetD-W, the wide residual network of depth 6 `blocks` + 4 and width W (Zagoruyko & Komodakis 2016): each convolution after
/// batch normalization and ReLU, no biases but the last; where the shape changes, the projection sees the activated input.
@Sendable func wideResidual(blocks: Int, width: Int, _: ArchitectureOptions, _: Shape, _ classes: Int) -> [Layer] {
    let activation: [Layer] = [.batchNormalization(), .relu]
    func convolution(_ channels: Int, stride: Extent = 1) -> Layer {
        .convolution(channels, kernel: 3, stride: stride, padding: .explicit(1), bias: false)
    }
    var layers: [Layer] = [convolution(16)]
    var channels = 16
    for stage in 0..<3 {
        for index in 0..<blocks {
            let stride: Extent = stage > 0 && index == 0 ? 2 : 1
            let wide = 16 * width << stage
            let body = [convolution(wide, stride: stride)] + activation + [convolution(wide)]
            if index == 0 && (stage > 0 || wide != channels) {
                layers += activation + [.residual(body, shortcut: [.convolution(wide, kernel: 1, stride: stride, bias: false)])]
            } else {
                layers.append(.residual(activation + body))
            }
            channels = wide
        }
    }
    return layers + activation + [.globalMeanPooling, .dense(classes), .softmax]
}
