"""Reading a roster file: text in, people out. Touches no database; `queries.roster` compares with the course."""

from apps.courses.roster.reading import Person, Roster, read

__all__ = ["Person", "Roster", "read"]
