"""What is kept of a run: recorder, run folder, manifest, fingerprint, codebook of every output column."""
