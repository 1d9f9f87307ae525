"""Reading the schedule table of a syllabus: text in, class days and milestones out. Touches no database.

`tables` finds the rows, `columns` says which cell is what, `dates` reads the dates, `recognise` finds the moments that
steer projects, and `reading.read` puts them together.
"""

from apps.courses.syllabus.reading import ClassDay, Syllabus, Unreadable, read
from apps.courses.syllabus.recognise import DAY_KINDS, Found

__all__ = ["DAY_KINDS", "ClassDay", "Found", "Syllabus", "Unreadable", "read"]
