// Where the data sets of the papers are to be had, and how a downloaded file is recognised (`maso data NAME [DIR]`).

/// A file of a published data set.
public struct CatalogFile: Hashable, Sendable {
    public let name: String
    /// Where it is published, the first choice first.
    public let addresses: [String]
    /// Bytes.
    public let size: Int
    /// SHA-256 of the file as published, 64 hexadecimal digits in lower case.
    public let checksum: String
    /// SHA-256 of what it decompresses to, where a file packed anew is as good.
    public let contentChecksum: String?

    public init(name: String, addresses: [String], size: Int, checksum: String, contentChecksum: String?) {
        (self.name, self.addresses, self.size) = (name, addresses, size)
        (self.checksum, self.contentChecksum) = (checksum, contentChecksum)
    }
}

/// A published data set: what `--data NAME:DIR` reads from the folder that its files are in.
public struct CatalogEntry: Hashable, Sendable {
    /// As in `--data`, apart from `fashion-mnist`, which is read as `mnist:DIR`.
    public let name: String
    public let title: String
    /// Who made it and where it is described.
    public let source: String
    /// What `--data` calls its format.
    public let format: String
    public let files: [CatalogFile]
}

/// The data sets that `maso data` fetches.
///
/// Addresses and sizes are the publishers'; MNIST's own server no longer serves the files, so two long-standing mirrors of the
/// unchanged files stand in for it.
public enum DataCatalog {
    public static let entries: [CatalogEntry] = [mnist, fashionMNIST, cifar10, cifar100, svhn]

    /// The entry called `name`.
    ///
    /// - Throws: `usage` with the names there are.
    public static func entry(_ name: String) throws(InterchangeError) -> CatalogEntry {
        guard let entry = entries.first(where: { $0.name == name }) else {
            throw .usage(argument: name, reason: "unknown data set (\(entries.map(\.name).joined(separator: ", ")))")
        }
        return entry
    }

    static let mnist = CatalogEntry(
        name: "mnist", title: "MNIST handwritten digits", source: "Y. LeCun, C. Cortes, C. J. C. Burges, http://yann.lecun.com/exdb/mnist/",
        format: "mnist",
        files: idx(
            at: ["https://storage.googleapis.com/cvdf-datasets/mnist/", "https://ossci-datasets.s3.amazonaws.com/mnist/"],
            [
                (
                    "train-images-idx3-ubyte.gz", 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
                ),
                (
                    "train-labels-idx1-ubyte.gz", 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
                ),
                (
                    "t10k-images-idx3-ubyte.gz", 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"
                ),
                (
                    "t10k-labels-idx1-ubyte.gz", 4_542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
                ),
            ]))

    static let fashionMNIST = CatalogEntry(
        name: "fashion-mnist", title: "Fashion-MNIST articles of clothing",
        source: "H. Xiao, K. Rasul, R. Vollgraf (arXiv 1708.07747), https://github.com/zalandoresearch/fashion-mnist, MIT licence",
        format: "mnist",
        files: idx(
            at: [
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            ],
            [
                (
                    "train-images-idx3-ubyte.gz", 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84", nil
                ),
                ("train-labels-idx1-ubyte.gz", 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845", nil),
                ("t10k-images-idx3-ubyte.gz", 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073", nil),
                ("t10k-labels-idx1-ubyte.gz", 5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5", nil),
            ]))

    static let cifar10 = CatalogEntry(
        name: "cifar10", title: "CIFAR-10 images, binary version",
        source:
            "A. Krizhevsky, «Learning Multiple Layers of Features from Tiny Images» (2009), https://www.cs.toronto.edu/~kriz/cifar.html",
        format: "cifar10",
        files: [
            CatalogFile(
                name: "cifar-10-binary.tar.gz", addresses: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"], size: 170_052_171,
                checksum: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd", contentChecksum: nil)
        ])

    static let cifar100 = CatalogEntry(
        name: "cifar100", title: "CIFAR-100 images, binary version", source: cifar10.source, format: "cifar100",
        files: [
            CatalogFile(
                name: "cifar-100-binary.tar.gz", addresses: ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"],
                size: 168_513_733, checksum: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec", contentChecksum: nil)
        ])

    static let svhn = CatalogEntry(
        name: "svhn", title: "Street View House Numbers, cropped digits",
        source: "Y. Netzer et al. (NIPS workshop 2011), http://ufldl.stanford.edu/housenumbers/, for non-commercial use only",
        format: "svhn",
        files: [
            CatalogFile(
                name: "train_32x32.mat", addresses: ["http://ufldl.stanford.edu/housenumbers/train_32x32.mat"], size: 182_040_794,
                checksum: "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8", contentChecksum: nil),
            CatalogFile(
                name: "test_32x32.mat", addresses: ["http://ufldl.stanford.edu/housenumbers/test_32x32.mat"], size: 64_275_384,
                checksum: "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b", contentChecksum: nil),
        ])

    private static func idx(
        at folders: [String], _ files: [(name: String, size: Int, checksum: String, contentChecksum: String?)]
    ) -> [CatalogFile] {
        files.map { file in
            CatalogFile(
                name: file.name, addresses: folders.map { $0 + file.name }, size: file.size, checksum: file.checksum,
                contentChecksum: file.contentChecksum)
        }
    }
}

extension CatalogFile {
    /// What is known of a file in a folder.
    public enum State: Hashable, Sendable {
        case missing
        /// Its checksum is the published one's, or that of its decompressed content.
        case verified
        /// It is there, but neither checksum fits.
        case different(checksum: String)
        /// The beginning of a download, this many bytes.
        case partial(size: Int)
    }

    /// Looks for the file in a folder and checks it; nothing is fetched.
    ///
    /// - Throws: `failed` where it cannot be read.
    public func state(in folder: String, budget: MemoryBudget = .standard) throws(InterchangeError) -> State {
        let path = "\(folder)/\(name)"
        guard fileExists(path) else {
            let partial = try? System.status(of: path + CatalogFile.partialSuffix)
            return partial.map { .partial(size: $0.length) } ?? .missing
        }
        let file = try InputFile(path: path, budget: budget)
        let checksum = SHA256.digest(file.stored)
        if checksum == self.checksum { return .verified }
        if let contentChecksum, let content = try? file.contents(), SHA256.digest(content) == contentChecksum { return .verified }
        return .different(checksum: checksum)
    }

    /// What a download in progress has after its name.
    static let partialSuffix = ".partial"
}
