// Geometry: placeholder
