"""What a run is asked about: outputs of a step, five-year residence."""
