// SplinesTests
