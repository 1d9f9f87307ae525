"""Reading an uploaded workbook: bytes in, tables of text out. What a workbook could do to us is refused first."""

from apps.courses.workbooks.archive import is_workbook
from apps.courses.workbooks.sheets import Table, tables

__all__ = ["Table", "is_workbook", "tables"]
