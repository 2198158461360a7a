// masoTests
