"""Where: places, distances, both generations of borders; Viet Nam repaired by rule, and small made-up worlds."""
