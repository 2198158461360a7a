// OpenBLAS, loaded when it is first needed: it reads its choice of kernels from the environment while it loads, and 0.3.21 takes
// processors that it does not know (Zen 5) for Haswell although they have AVX-512.

import COpenBLAS
import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The functions of OpenBLAS that plans use.
struct OpenBLAS: Sendable {
    typealias FloatProduct =
        @convention(c) (
            CBLAS_LAYOUT, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, Int32, Int32, Int32, Float, UnsafePointer<Float>?, Int32, UnsafePointer<Float>?,
            Int32, Float, UnsafeMutablePointer<Float>?, Int32
        ) -> Void
    typealias DoubleProduct =
        @convention(c) (
            CBLAS_LAYOUT, CBLAS_TRANSPOSE, CBLAS_TRANSPOSE, Int32, Int32, Int32, Double, UnsafePointer<Double>?, Int32,
            UnsafePointer<Double>?, Int32, Double, UnsafeMutablePointer<Double>?, Int32
        ) -> Void

    let floatProduct: FloatProduct
    let doubleProduct: DoubleProduct
    /// The processor for which its kernels were written, such as "SkylakeX".
    let coreName: String
    let configuration: String

    /// The library, with one thread; or why it could not be loaded.
    static let shared: Result<OpenBLAS, ExecutionError> = load()

    private static func load() -> Result<OpenBLAS, ExecutionError> {
        if InstructionSet.widest == .avx512 { setenv("OPENBLAS_CORETYPE", "SKYLAKEX", 0) }
        let names = [
            "libopenblas.so.0", "libopenblas.so", "libopenblas.dylib", "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
            "/usr/local/opt/openblas/lib/libopenblas.dylib",
        ]
        guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else {
            return .failure(.library(name: "OpenBLAS", problem: "expected libopenblas.so.0 or libopenblas.dylib, got nothing loadable"))
        }
        func symbol<F>(_ name: String, as _: F.Type) -> F? { dlsym(library, name).map { unsafeBitCast($0, to: F.self) } }
        typealias Text = @convention(c) () -> UnsafePointer<CChar>?
        typealias SetThreads = @convention(c) (Int32) -> Void
        guard let float = symbol("cblas_sgemm", as: FloatProduct.self), let double = symbol("cblas_dgemm", as: DoubleProduct.self) else {
            return .failure(.library(name: "OpenBLAS", problem: "expected cblas_sgemm and cblas_dgemm, got a library without them"))
        }
        symbol("openblas_set_num_threads", as: SetThreads.self)?(1)
        func text(_ name: String) -> String { symbol(name, as: Text.self).flatMap { $0() }.map { String(cString: $0) } ?? "unknown" }
        return .success(
            OpenBLAS(
                floatProduct: float, doubleProduct: double, coreName: text("openblas_get_corename"),
                configuration: text("openblas_get_config")))
    }
}

/// A product of row-major matrices whose sizes and strides are fixed: C = A B + `beta` C.
struct MatrixProduct {
    let rows: Int
    let columns: Int
    let inner: Int
    let transposeLeft: Bool
    let transposeRight: Bool
    /// Distances between neighbouring rows in memory.
    let leftStride: Int
    let rightStride: Int
    let resultStride: Int
    let beta: Double

    init(
        rows: Int, columns: Int, inner: Int, transposeLeft: Bool = false, transposeRight: Bool = false, leftStride: Int? = nil,
        rightStride: Int? = nil, resultStride: Int? = nil, beta: Double = 0
    ) {
        (self.rows, self.columns, self.inner) = (rows, columns, inner)
        (self.transposeLeft, self.transposeRight, self.beta) = (transposeLeft, transposeRight, beta)
        self.leftStride = max(1, leftStride ?? (transposeLeft ? rows : inner))
        self.rightStride = max(1, rightStride ?? (transposeRight ? inner : columns))
        self.resultStride = max(1, resultStride ?? columns)
    }

    func run(
        _ blas: OpenBLAS, _ scalar: ScalarType, _ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ result: UnsafeMutableRawPointer
    ) {
        guard rows > 0, columns > 0 else { return }
        let (a, b) = (transposeLeft ? CblasTrans : CblasNoTrans, transposeRight ? CblasTrans : CblasNoTrans)
        let (m, n, k) = (Int32(rows), Int32(columns), Int32(inner))
        let (lda, ldb, ldc) = (Int32(leftStride), Int32(rightStride), Int32(resultStride))
        switch scalar {
        case .float:
            blas.floatProduct(
                CblasRowMajor, a, b, m, n, k, 1, left.assumingMemoryBound(to: Float.self), lda, right.assumingMemoryBound(to: Float.self),
                ldb, Float(beta), result.assumingMemoryBound(to: Float.self), ldc)
        case .double:
            blas.doubleProduct(
                CblasRowMajor, a, b, m, n, k, 1, left.assumingMemoryBound(to: Double.self), lda, right.assumingMemoryBound(to: Double.self),
                ldb, beta, result.assumingMemoryBound(to: Double.self), ldc)
        }
    }
}
