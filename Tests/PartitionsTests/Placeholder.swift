// PartitionsTests
