"""The five experiments: what each estimates from a finished sweep, and the statistics they share."""
