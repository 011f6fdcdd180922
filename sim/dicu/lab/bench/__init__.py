"""`dicu bench`: what each part of a run takes, in calls of a yardstick of the same kind timed in turns with it."""
