"""`python -m dicu`: the same as the command `dicu`."""

from dicu.cli import main

if __name__ == "__main__":
    main()
