"""Tell one household's story step by step by replaying a run: what it saw, its options, its luck, what it did."""
