"""What is asked of the library's lists, also as text that fits into a button's custom_id."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self

from storage import HistoryFilter, JobKind


class Whose(StrEnum):
    """Whose works are meant where no person is named."""

    MINE = "mine"
    HERE = "here"


class Mark(StrEnum):
    """What the reader thinks of the works that are meant."""

    LIKED = "liked"
    SAVED = "saved"


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"

    @property
    def since(self) -> datetime | None:
        """When it began, if it ends now; None where it has always been."""
        days = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}.get(self)
        return None if days is None else datetime.now(UTC) - timedelta(days=days)


class Edge(StrEnum):
    """On which side of a work a page lies."""

    BEFORE = "b"
    AFTER = "a"


STYLE = r"[A-Za-z0-9_-]{1,20}"
"""Names of styles that can be asked for: they have to fit into a custom_id beside the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One page of the history: works asked for by `person` (None: anybody), at the `edge` of a work's id.

    Without an edge it is the newest page.
    """

    person: int | None = None
    kind: JobKind | None = None
    style: str | None = None
    mark: Mark | None = None
    edge: Edge | None = None
    work_id: int = 0

    def filters(self, reader: int) -> HistoryFilter:
        return HistoryFilter(
            user_id=self.person,
            kind=self.kind,
            style=self.style,
            liked_by=reader if self.mark is Mark.LIKED else None,
            saved_by=reader if self.mark is Mark.SAVED else None,
        )

    def to_text(self) -> str:
        """At most 80 characters, as `TEMPLATE` has them."""
        edge = f"{self.edge or ''}{self.work_id or ''}"
        return f"{self.person or 0}:{self.kind or ''}:{self.style or ''}:{self.mark or ''}:{edge}"

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Read what `TEMPLATE` matched."""
        return cls(
            person=int(match["person"]) or None,
            kind=JobKind(match["kind"]) if match["kind"] else None,
            style=match["style"] or None,
            mark=Mark(match["mark"]) if match["mark"] else None,
            edge=Edge(match["edge"]) if match["edge"] else None,
            work_id=int(match["work"] or 0),
        )


TEMPLATE = (
    rf"(?P<person>[0-9]{{1,20}}):(?P<kind>{'|'.join(JobKind)}|):(?P<style>{STYLE}|)"
    rf":(?P<mark>{'|'.join(Mark)}|):(?:(?P<edge>{'|'.join(Edge)})(?P<work>[0-9]{{1,18}}))?"
)
"""A leaf as a regular expression."""
