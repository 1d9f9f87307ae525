"""Reading a roster: text or sheets in, people out. Touches no database; `queries.roster` compares with the course."""

from apps.courses.roster.files import read, read_tables
from apps.courses.roster.reading import Person, Roster

__all__ = ["Person", "Roster", "read", "read_tables"]
