// Splines: placeholder
