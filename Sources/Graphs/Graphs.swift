// Graphs: placeholder
