// Training: placeholder
