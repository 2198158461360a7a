// Networks of dense layers, and over sequences (THEORY §3, §15).

import Tensors

/// Dense layers with ReLU. `Toy` is the slides' 45-3-4: two inputs, hidden layers of 45 and 3, four classes.
@Sendable func perceptron(_ hidden: [Int], _ options: ArchitectureOptions, _ shape: Shape, _ classes: Int) -> [Layer] {
    (shape.count == 1 ? [] : [.flatten]) + hidden.flatMap { [.dense($0)] + options.norm + [.relu] } + [.dense(classes), .softmax]
}

/// A ReLU recurrent network of two layers of 64 units that reads an image row by row, the channels' rows one after another.
@Sendable func recurrentNetwork(_: ArchitectureOptions, _ shape: Shape, _ classes: Int) -> [Layer] {
    let rows: [Layer] = shape.count == 3 ? [.reshape([shape[0] * shape[1], shape[2]])] : []
    return rows + [.recurrent([64, 64]), .dense(classes), .softmax]
}
