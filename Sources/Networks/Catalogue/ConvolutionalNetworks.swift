// The papers' convolutional networks (THEORY §14), and a small one for 8×8 digits.

import Tensors

/// Two convolutions, a maximum, one more, a maximum, dense: 8 410 parameters for ten classes of 1×8×8.
@Sendable func digitsCNN(_ options: ArchitectureOptions, _: Shape, _ classes: Int) -> [Layer] {
    func block(_ channels: Int) -> [Layer] { [.convolution(channels, kernel: 3, padding: .same)] + options.norm + [.relu] }
    return block(16) + block(16) + [options.pool(2)] + block(32) + [options.pool(2), .flatten, .dense(classes), .softmax]
}

/// SmallCNN (R17 Table 6): 131 512 parameters on MNIST, the last 110 of them those of its «SoftMax» (THEORY E16).
///
/// Its mean pooling 6·6 is over all that is left, whatever the input's size.
@Sendable func smallCNN(_ options: ArchitectureOptions, _: Shape, _ classes: Int) -> [Layer] {
    func block(_ channels: Int, _ kernel: Extent, _ padding: Margin) -> [Layer] {
        [.convolution(channels, kernel: kernel, padding: padding)] + options.norm + [.leakyReLU(0.01)]
    }
    return block(32, 5, .full) + [options.pool(2)] + block(64, 3, .valid) + block(64, 3, .full) + [options.pool(2)]
        + block(128, 3, .valid) + [.convolution(classes, kernel: 1), .globalMeanPooling, .dense(classes), .softmax]
}

/// LargeCNN (R17).
@Sendable func technicalReportLargeCNN(_ options: ArchitectureOptions, _: Shape, _ classes: Int) -> [Layer] {
    func block(_ channels: Int, _ kernel: Extent, _ padding: Margin) -> [Layer] {
        [.convolution(channels, kernel: kernel, padding: padding)] + options.norm + [.leakyReLU(0.01)]
    }
    return block(96, 3, .same) + block(96, 3, .full) + block(96, 3, .full) + [options.pool(2)]
        + block(192, 3, .valid) + block(192, 3, .full) + block(192, 3, .valid) + [options.pool(2)]
        + block(192, 3, .valid) + block(192, 1, .valid)
        + [.convolution(classes, kernel: 1), .globalMeanPooling, .dense(classes), .softmax]
}

/// largeCNN (ICLR19 App. D): strides in place of pooling, a global mean, no dense layer.
@Sendable func hardToSoftLargeCNN(_ options: ArchitectureOptions, _: Shape, _ classes: Int) -> [Layer] {
    func block(_ channels: Int, kernel: Extent = 3, stride: Extent = 1, _ padding: Margin = .same) -> [Layer] {
        [.convolution(channels, kernel: kernel, stride: stride, padding: padding)] + options.norm + [.relu]
    }
    return block(96) + block(96) + block(96, stride: 2) + block(192) + block(192) + block(192, stride: 2)
        + block(192, .valid) + block(192, kernel: 1, .valid) + [.convolution(classes, kernel: 1), .globalMeanPooling, .softmax]
}
