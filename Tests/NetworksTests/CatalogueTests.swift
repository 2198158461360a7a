// The named architectures: counts by hand arithmetic from the papers' tables (THEORY §14).

import Graphs
import Networks
import Tensors
import Testing

@Suite struct CatalogueTests {
    /// k·k convolution from c to o channels, with its bias.
    static func conv(_ c: Int, _ o: Int, _ k: Int) -> Int { o * c * k * k + o }

    @Test("The toy network is 45-3-4: 2·45 + 45, 45·3 + 3, 3·4 + 4 parameters")
    func toy() throws {
        let toy = try Architecture.named("Toy")
        #expect(toy.parameterCount == 135 + 138 + 16)
        #expect(
            toy.parameters.map(\.name) == ["dense1.weight", "dense1.bias", "dense2.weight", "dense2.bias", "dense3.weight", "dense3.bias"])
        #expect(toy.parameters.map(\.shape) == [[45, 2], [45], [3, 45], [3], [4, 3], [4]])
        #expect(try Architecture.named("MLP-45-3", inputShape: [2], classCount: 4).parameterCount == toy.parameterCount)
    }

    @Test("SmallCNN has 131 512 parameters on MNIST, its softmax's dense layer included (THEORY E16)")
    func smallCNN() throws {
        let network = try Architecture.named("SmallCNN")
        #expect(network.parameterCount == 131_512)
        let c = CatalogueTests.conv
        #expect(c(1, 32, 5) + c(32, 64, 3) + c(64, 64, 3) + c(64, 128, 3) + c(128, 10, 1) == 131_402)
        // 28 + 4 = 32 full, 16 pooled, 14 valid, 16 full, 8 pooled, 6 valid
        let built = try network.graph(batch: 2)
        let sizes = built.layers.map { built.graph.shape($0.value) }
        #expect(
            built.layers.map(\.name) == [
                "conv1", "leakyReLU1", "pool1", "conv2", "leakyReLU2", "conv3", "leakyReLU3", "pool2", "conv4", "leakyReLU4", "conv5",
                "pool3", "dense1",
            ])
        #expect(
            sizes == [
                [2, 32, 32, 32], [2, 32, 32, 32], [2, 32, 16, 16], [2, 64, 14, 14], [2, 64, 14, 14], [2, 64, 16, 16], [2, 64, 16, 16],
                [2, 64, 8, 8], [2, 128, 6, 6], [2, 128, 6, 6], [2, 10, 6, 6], [2, 10], [2, 10],
            ])
        #expect(built.graph.shape(built.probabilities!) == [2, 10])
    }

    @Test("The large networks of both papers")
    func largeCNN() throws {
        let c = CatalogueTests.conv
        let convolutions = c(3, 96, 3) + 2 * c(96, 96, 3) + c(96, 192, 3) + 3 * c(192, 192, 3) + c(192, 192, 1) + c(192, 10, 1)
        for name in ["LargeCNN", "LargeCNN:pooling=mean"] {
            let network = try Architecture.named(name)
            #expect(network.parameterCount == convolutions + 110)
            let built = try network.graph(batch: 1)
            let last = try #require(built.layers.last { $0.name == "conv9" })
            #expect(built.graph.shape(last.value) == [1, 10, 6, 6])  // 32, 34, 36 / 2 = 18, 16, 18, 16 / 2 = 8, 6
        }
        let network = try Architecture.named("largeCNN")
        #expect(network.parameterCount == convolutions)
        let built = try network.graph(batch: 1)
        let last = try #require(built.layers.last { $0.name == "conv9" })
        #expect(built.graph.shape(last.value) == [1, 10, 6, 6])  // 32 / 2 / 2 = 8, 8 − 2
        // two running numbers and two learned ones for each of the first eight convolutions' channels
        let normalized = try Architecture.named("largeCNN:batchNorm")
        #expect(normalized.parameterCount == convolutions + 2 * (3 * 96 + 5 * 192))
    }

    @Test("Resnet3 and Resnet5 have n blocks a stage; the printed ones have 3, 4, 3 and 3, 4, 5 (THEORY E26)")
    func resnet() throws {
        let c = CatalogueTests.conv
        func count(_ blocks: [Int], _ width: Int) -> Int {
            var total = c(3, width, 3) + (4 * width * 10 + 10)
            for (stage, n) in blocks.enumerated() {
                let w = width << stage
                total += stage == 0 ? n * 2 * c(w, w, 3) : c(w / 2, w, 3) + c(w, w, 3) + c(w / 2, w, 1) + (n - 1) * 2 * c(w, w, 3)
            }
            return total
        }
        #expect(try Architecture.named("Resnet3").parameterCount == count([3, 3, 3], 16))
        #expect(try Architecture.named("Resnet5").parameterCount == count([5, 5, 5], 16))
        #expect(try Architecture.named("Resnet3-printed").parameterCount == count([3, 4, 3], 16))
        #expect(try Architecture.named("Resnet5-printed").parameterCount == count([3, 4, 5], 16))
        #expect(try Architecture.named("Resnet2-32:pooling=mean").parameterCount == count([2, 2, 2], 32))
        let built = try Architecture.named("Resnet3").graph(batch: 1)
        let blocks = built.layers.filter { $0.name.hasPrefix("block") && !$0.name.contains(".") }
        #expect(
            blocks.map { built.graph.shape($0.value) }
                == [
                    [1, 16, 30, 30], [1, 16, 30, 30], [1, 16, 30, 30], [1, 32, 15, 15], [1, 32, 15, 15], [1, 32, 15, 15], [1, 64, 8, 8],
                    [1, 64, 8, 8], [1, 64, 8, 8],
                ])
    }

    @Test("ResNet16-4 is the wide residual network of 2.75 million parameters (Zagoruyko & Komodakis 2016, Table 4: 2.7M)")
    func wideResidual() throws {
        // without biases: 16 first; stages 64, 128, 256, two blocks each; a norm before each convolution in the blocks and at the end
        func c(_ i: Int, _ o: Int, _ k: Int) -> Int { i * o * k * k }
        func stage(_ i: Int, _ o: Int) -> Int { c(i, o, 3) + 3 * c(o, o, 3) + c(i, o, 1) + 2 * (i + 3 * o) }
        let count = c(3, 16, 3) + stage(16, 64) + stage(64, 128) + stage(128, 256) + 2 * 256 + 256 * 10 + 10
        #expect(count == 2_748_890)
        #expect(try Architecture.named("ResNet16-4").parameterCount == count)
        #expect(try Architecture.named("ResNet10-1").parameters.map(\.name).contains("block1.shortcut.conv1.weight") == false)
    }

    @Test("The recurrent network reads rows; the digits' network has 8 410 parameters")
    func others() throws {
        let rnn = try Architecture.named("RNN", inputShape: [1, 28, 28])
        #expect(rnn.parameterCount == (64 * 28 + 64 * 64 + 64) + (64 * 64 + 64 * 64 + 64) + 650)
        #expect(
            rnn.parameters.map(\.name).prefix(3) == ["recurrent1.layer1.bias", "recurrent1.layer1.input", "recurrent1.layer1.recurrent"])
        #expect(try Architecture.named("DigitsCNN").parameterCount == 160 + 2320 + 4640 + 1290)
        #expect(try Architecture.named("MLP").parameterCount == 3072 * 64 + 64 + 64 * 64 + 64 + 650)
    }

    @Test("Every listed name builds, trains a batch of two, and survives its JSON")
    func names() throws {
        let examples = [
            "Toy", "MLP", "MLP-8-4-2", "DigitsCNN", "SmallCNN", "LargeCNN", "largeCNN", "Resnet3", "Resnet5", "Resnet2-32",
            "Resnet3-printed", "Resnet5-printed", "ResNet16-4", "RNN",
        ]
        #expect(examples.count == Architecture.names.count)
        for name in examples {
            let hasOneForm = name == "RNN" || name.hasPrefix("ResNet")
            let architecture = try Architecture.named(name + (hasOneForm ? ":convex" : ":batchNorm,convex"))
            let built = try architecture.graph(batch: 2, mode: .training)
            #expect(built.parameters.map(\.name) == architecture.parameters.map(\.name))
            #expect(try Architecture(json: architecture.json) == architecture)
        }
    }

    @Test("«U»: every weight after the first nonlinearity is kept non-negative, and no other")
    func convex() throws {
        let small = try Architecture.named("SmallCNN:convex")
        #expect(
            small.parameters.filter(\.isNonNegative).map(\.name) == [
                "conv2.weight", "conv3.weight", "conv4.weight", "conv5.weight", "dense1.weight",
            ])
        #expect(try Architecture.named("SmallCNN").parameters.allSatisfy { !$0.isNonNegative })
        let rnn = try Architecture.named("RNN:convex")
        #expect(
            rnn.parameters.filter(\.isNonNegative).map(\.name)
                == ["recurrent1.layer1.recurrent", "recurrent1.layer2.up", "recurrent1.layer2.recurrent", "dense1.weight"])
        let network = Network(small, seed: 1)
        for declaration in small.parameters where declaration.isNonNegative {
            #expect(network.parameters.tensor(declaration.name, as: Float.self)!.elements.allSatisfy { $0 >= 0 })
        }
    }

    @Test(
        "Refusals of a MODEL string",
        arguments: [
            ("Largecnn", "architecture: expected one of \(Architecture.names.joined(separator: ", ")), got 'Largecnn'"),
            ("SmallCNN:pooling=min", "SmallCNN: pooling: expected max or mean, got 'min'"),
            ("Toy:pooling=max", "Toy: pooling: expected no choice: Toy has none, got 'max'"),
            ("SmallCNN:convex,convex", "SmallCNN: option convex: expected once, got twice"),
            ("SmallCNN:deep", "SmallCNN: option: expected pooling=max|mean, batchNorm, convex, input=CxHxW or classes=N, got 'deep'"),
            ("SmallCNN:", "SmallCNN: option: expected pooling=max|mean, batchNorm, convex, input=CxHxW or classes=N, got ''"),
            ("SmallCNN:input=1x28", "SmallCNN: input: expected an image CxHxW, got [1, 28]"),
            ("SmallCNN:input=1x28x", "SmallCNN: input: expected sizes such as 3x32x32, got '1x28x'"),
            ("SmallCNN:classes=0", "SmallCNN: classes: expected a number from 1, got '0'"),
            ("SmallCNN:input=1x2x2", "conv4: kernel size along spatial axis 0: expected at most 1 with its dilation, got 3"),
            ("SmallCNN:input=99999x99999x99999", "input: expected 1 to 8 sizes of at most 268435456 elements, got [99999, 99999, 99999]"),
        ])
    func refusals(specification: String, message: String) {
        let error = #expect(throws: NetworkError.self) { try Architecture.named(specification) }
        #expect(error?.description == message)
    }
}
