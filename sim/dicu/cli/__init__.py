"""The command line: one file per group of commands, each registering with `app` in the order `--help` lists them.

Heavy imports happen inside the commands, so that `--help` answers at once.
"""

# isort: off
from dicu.cli.app import app, main
from dicu.cli import run
from dicu.cli import init
from dicu.cli import resume
from dicu.cli import sweep
from dicu.cli import trace
from dicu.cli import ls
from dicu.cli import compare
from dicu.cli import look
from dicu.cli import experiment
from dicu.cli import calibrate
from dicu.cli import validate
from dicu.cli import forecast
from dicu.cli import sensitivity
from dicu.cli import report
from dicu.cli import view
from dicu.cli import world
from dicu.cli import reform
from dicu.cli import governments
from dicu.cli import doctor
from dicu.cli import bench

# isort: on
from dicu.cli.panels import arrange

arrange(app)

__all__ = [
    "app",
    "bench",
    "calibrate",
    "compare",
    "doctor",
    "experiment",
    "forecast",
    "governments",
    "init",
    "look",
    "ls",
    "main",
    "reform",
    "report",
    "resume",
    "run",
    "sensitivity",
    "sweep",
    "trace",
    "validate",
    "view",
    "world",
]
