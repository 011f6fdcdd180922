"""The command line: one file a group of commands, each registering with `app` in the order `--help` lists them.

Heavy imports happen inside the commands, so that `--help` answers at once.
"""

# isort: off
from sim.cli.app import app, main
from sim.cli import run
from sim.cli import resume
from sim.cli import sweep
from sim.cli import trace
from sim.cli import look
from sim.cli import experiment
from sim.cli import report
from sim.cli import world
from sim.cli import reform
from sim.cli import governments

__all__ = [
    "app", "experiment", "governments", "look", "main", "reform", "report", "resume", "run", "sweep", "trace", "world",
]  # fmt: skip
