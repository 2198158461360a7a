// Networks: placeholder
