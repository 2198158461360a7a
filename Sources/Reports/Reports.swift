// Reports: placeholder
