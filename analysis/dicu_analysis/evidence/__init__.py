"""What real provinces say about urban growth and leaving, and what the model says under the same regressions."""
