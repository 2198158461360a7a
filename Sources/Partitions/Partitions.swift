// Partitions: placeholder
