"""`dicu bench`: how long each part of a run takes, as a ratio to a yardstick of the same kind timed in turns with it."""
