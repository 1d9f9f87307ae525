"""The edit page's boxes: what each shows, and saving what somebody typed into it.

One box is saved at a time by the page's autosave, all of them by its button. A box whose text was changed by the other
partner meanwhile is not saved: it keeps what was typed and shows the other text too, with three ways out, sent as
`resolve-<key>` = `<way>:<revision that was shown>`: "mine" over theirs, "theirs" instead, or "both" in one text.

Each box sends the mark it was made with, `<revision>.<digest of its text>`. A box that still holds the text of its mark
was not touched: the other partner's text stands, and there is nothing to choose.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.http import QueryDict

from apps.accounts.models import User
from apps.core.errors import Refused
from apps.core.text import count_words, plain
from apps.proposals import operations, queries
from apps.proposals.models import DraftSection, Proposal, Section
from apps.proposals.operations import Conflict, SourceRow

MAX_ROWS = 200  # of sources read from one request
A_MARK = re.compile(r"([0-9]{1,9})(?:\.([0-9a-f]{16}))?")


def digest(text: str) -> str:
    """Sixteen hexadecimal digits that tell whether a box still holds the text it was made with."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Mark:
    """What a box was made from: a revision, and the digest of the text it showed then ("" when not told)."""

    revision: int
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.revision}.{self.digest}" if self.digest else str(self.revision)

    @classmethod
    def sent(cls, data: QueryDict, name: str) -> "Mark":
        """The mark in a request; of a revision that never stands there when it is none."""
        found = A_MARK.fullmatch(data.get(name, ""))
        return cls(int(found[1]), found[2] or "") if found else cls(-1)

    def is_of(self, text: str) -> bool:
        return bool(self.digest) and self.digest == digest(text)


@dataclass
class SectionBox:
    """One section: what stands in the database (`draft`) and what the box shows (`text`, made from `mark`)."""

    section: Section
    draft: DraftSection
    text: str
    mark: Mark
    error: str = ""
    theirs: DraftSection | None = None

    @classmethod
    def of(cls, section: Section, draft: DraftSection) -> "SectionBox":
        return cls(section, draft, draft.text, Mark(draft.revision, digest(draft.text)))

    @property
    def key(self) -> str:
        return self.section.key

    @property
    def words(self) -> int:
        return count_words(self.text)

    @property
    def is_over(self) -> bool:
        return bool(self.section.word_limit and self.words > self.section.word_limit)


@dataclass
class TitleBox:
    text: str
    mark: Mark
    error: str = ""
    theirs: str | None = None
    standing: int = 0  # the revision that stands there, when it is not the one the box was made from


@dataclass
class SourcesBox:
    rows: list[SourceRow]
    has_none: bool
    mark: Mark
    error: str = ""
    theirs: list[SourceRow] | None = None
    theirs_has_none: bool = False
    standing: int = 0

    @property
    def shown_rows(self) -> list[SourceRow]:
        """The rows to show: an empty one when there is none yet."""
        return self.rows or [SourceRow()]


@dataclass
class Editor:
    """All boxes of a proposal's edit page."""

    title: TitleBox
    sources: SourcesBox
    sections: list[SectionBox] = field(default_factory=list)

    @classmethod
    def of(cls, proposal: Proposal) -> "Editor":
        boxes = [SectionBox.of(section, draft) for section, draft in queries.sections_with_drafts(proposal)]
        return cls(title_box(proposal), sources_box(proposal), boxes)

    @classmethod
    def saved(cls, proposal: Proposal, data: QueryDict, *, by: User) -> "Editor":
        """Save every box that was sent; those that could not be saved say why and keep what was typed."""
        editor = cls.of(proposal)
        if "title" in data:
            editor.title = save_title(proposal, data, by=by)
        if "sources_revision" in data:
            editor.sources = save_sources(proposal, data, by=by)
        editor.sections = [
            save_section(proposal, box.section, data, by=by) if f"text-{box.key}" in data else box
            for box in editor.sections
        ]
        return editor

    def __iter__(self) -> Iterator[Any]:
        return iter([self.title, *self.sections, self.sources])

    @property
    def is_saved(self) -> bool:
        """Whether nothing typed is left unsaved."""
        return not any(box.error or box.theirs is not None for box in self)


def title_box(proposal: Proposal) -> TitleBox:
    return TitleBox(proposal.title, Mark(proposal.title_revision, digest(proposal.title)))


def sources_box(proposal: Proposal) -> SourcesBox:
    rows = [SourceRow(row.kind, row.reference, row.used_for) for row in proposal.sources.all()]
    mark = Mark(proposal.sources_revision, digest(_listed(rows, proposal.has_no_sources)))
    return SourcesBox(rows, proposal.has_no_sources, mark)


def save_section(proposal: Proposal, section: Section, data: QueryDict, *, by: User) -> SectionBox:
    """Save one section as typed, or as the person chose between two texts."""
    way, seen = _resolution(data, section.key)
    standing = _draft(proposal, section)
    if way == "theirs":
        return SectionBox.of(section, standing)
    typed = plain(data.get(f"text-{section.key}", ""))
    box = SectionBox(section, standing, typed, Mark.sent(data, f"revision-{section.key}"))
    if not way and box.mark.is_of(typed):
        return SectionBox.of(section, standing)
    text = f"{typed.rstrip()}\n\n{standing.text}" if way == "both" else typed
    try:
        operations.save_section(proposal, section, text=text, revision=seen if way else box.mark.revision, by=by)
    except Conflict:
        box.theirs = _draft(proposal, section)
    except Refused as refusal:
        box.error = refusal.message
    else:
        return SectionBox.of(section, _draft(proposal, section))
    return box


def save_title(proposal: Proposal, data: QueryDict, *, by: User) -> TitleBox:
    """Save the title as typed, or as the person chose between two."""
    way, seen = _resolution(data, "title")
    if way == "theirs":
        return title_box(_fresh(proposal))
    box = TitleBox(plain(data.get("title", "")), Mark.sent(data, "title_revision"))
    if not way and box.mark.is_of(box.text):
        return title_box(_fresh(proposal))
    try:
        saved = operations.save_title(proposal, title=box.text, revision=seen if way else box.mark.revision, by=by)
    except Conflict as conflict:
        box.theirs, box.standing = _fresh(proposal).title, conflict.revision
    except Refused as refusal:
        box.error = refusal.message
    else:
        return title_box(saved)
    return box


def save_sources(proposal: Proposal, data: QueryDict, *, by: User) -> SourcesBox:
    """Save the list of sources as typed after a press of "add" or "remove", or as the person chose between two."""
    way, seen = _resolution(data, "sources")
    standing = sources_box(_fresh(proposal))
    if way == "theirs":
        return standing
    press = data.get("press", "")
    rows = [row for number, row in enumerate(_typed_rows(data)) if press != f"remove-source-{number}"]
    box = SourcesBox(rows, data.get("has_no_sources") == "on", Mark.sent(data, "sources_revision"))
    if not way and not press.endswith("source") and box.mark.is_of(_listed(rows, box.has_none)):
        return standing
    wanted = rows + [row for row in standing.rows if row not in rows] if way == "both" else rows
    revision = seen if way else box.mark.revision
    try:
        saved = operations.save_sources(proposal, rows=wanted, has_no_sources=box.has_none, revision=revision, by=by)
    except Conflict as conflict:
        box.theirs, box.theirs_has_none, box.standing = standing.rows, standing.has_none, conflict.revision
    except Refused as refusal:
        box.error = refusal.message
    else:
        box = sources_box(saved)
    if press == "add-source":
        box.rows = [*(box.rows or [SourceRow()]), SourceRow()]
    return box


def _typed_rows(data: QueryDict) -> list[SourceRow]:
    columns = [data.getlist(f"source-{name}")[:MAX_ROWS] for name in ("kind", "reference", "used_for")]
    return [SourceRow(*map(plain, row)) for row in zip_longest(*columns, fillvalue="")]


def _listed(rows: list[SourceRow], has_none: bool) -> str:
    """A list of sources as one text; rows that hold nothing do not count."""
    return repr(([row for row in rows if row.reference.strip() or row.used_for.strip()], has_none))


def _resolution(data: QueryDict, key: str) -> tuple[str, int]:
    """(way out of a conflict or "", the revision that was shown with it)."""
    way, _, seen = data.get(f"resolve-{key}", "").partition(":")
    known = way in {"mine", "theirs", "both"} and seen.isascii() and seen.isdigit() and len(seen) < 10
    return (way, int(seen)) if known else ("", -1)


def _draft(proposal: Proposal, section: Section) -> DraftSection:
    found = DraftSection.objects.select_related("changed_by").filter(proposal=proposal, section=section).first()
    return found or DraftSection(proposal=proposal, section=section)


def _fresh(proposal: Proposal) -> Proposal:
    return Proposal.objects.get(pk=proposal.pk)
