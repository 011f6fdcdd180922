"""What a run is: typed parameters with unit, range and source, read from layers of YAML."""
