"""Reading a student's file without running any of it: text, cells, magics, keys, syntax. Plain Python, no Django."""

from apps.checks.reading.errors import UnreadableError
from apps.checks.reading.program import Program, read

__all__ = ["Program", "UnreadableError", "read"]
