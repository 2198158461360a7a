// Interchange: placeholder
