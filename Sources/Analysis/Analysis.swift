// Analysis: placeholder
