"""Picture files that people bring in: known by their header, decoded within bounds, converted a piece at a time."""
