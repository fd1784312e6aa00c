"""Risk register: analysis objects, units, events and control measures."""
