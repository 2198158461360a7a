// Figures: placeholder
