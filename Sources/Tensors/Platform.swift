// The one file of this chapter that differs between platforms' C libraries for functions outside `Scalar`.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

func cosine(_ x: Double) -> Double { cos(x) }
