// Execution: placeholder
