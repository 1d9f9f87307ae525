"""`python3 -m tools COMMAND`: what `make COMMAND` runs.

This file alone must be readable by an old Python, since it is the one that says the Python is too old.
"""

import sys

OLDEST = (3, 11)


def python_problem(version: tuple) -> str:
    """A sentence on what to do when this version of Python is too old, else an empty string."""
    if tuple(version[:2]) >= OLDEST:
        return ""
    return (
        "This needs Python %d.%d or newer and python3 is %d.%d: install a newer one and name it, "
        "for example: make demo PYTHON=python3.12" % (OLDEST + tuple(version[:2]))
    )


if __name__ == "__main__":
    problem = python_problem(sys.version_info)
    if problem:
        sys.exit(problem)
    # A newer syntax than this file's begins behind this line.
    from tools.commands import main

    sys.exit(main(sys.argv[1:]))
