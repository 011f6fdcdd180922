"""What the labour market does, from finished sweeps: residents per job and how they come, elasticities, drift."""
