"""The library's lists as messages: a page of the history, a chart, recommendations. Sends nothing."""

from collections.abc import Sequence

import discord

from cogs._shared.escaping import escaped
from cogs._shared.layout import COLOUR, bar_of
from cogs._shared.wording import Wording
from cogs.library.queries import Leaf, Period
from domain.tastes import Grounds
from storage import HistoryPage, JobKind, Listing, Recommendation

MOST_TITLE = 60
"""Characters of a title in a list."""


def title_of(work: Listing) -> str:
    """On one line, cut, not yet escaped."""
    title = " ".join(work.title.split())
    return title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1] + "…"


def history_embed(page: HistoryPage, leaf: Leaf, wording: Wording) -> discord.Embed:
    """A page of the history, and what was asked of it."""
    asked = [
        wording("history.all") if leaf.person is None else wording("history.of", person=f"<@{leaf.person}>"),
        None if leaf.kind is None else wording(f"kind.{leaf.kind}"),
        leaf.style,
        None if leaf.mark is None else wording(f"mark.{leaf.mark}"),
    ]
    lines = [_line(work, wording, person=leaf.person is None) for work in page.works]
    heading = " · ".join(filter(None, asked))
    text = "\n".join(lines) or wording("history.empty")
    return discord.Embed(title=wording("history.title"), description=f"{heading}\n\n{text}", colour=COLOUR)


def top_embed(works: Sequence[Listing], period: Period, wording: Wording) -> discord.Embed:
    """The chart of a period, a bar for each work."""
    lines = [
        f"**{rank}** · {_line(work, wording)}\n{bar_of(work.liked)} {work.liked:.0%}"
        for rank, work in enumerate(works, 1)
    ]
    embed = discord.Embed(
        title=wording("top.title", period=wording(f"period.{period}")),
        description="\n".join(lines) or wording("top.empty"),
        colour=COLOUR,
    )
    return embed.set_footer(text=wording("top.footer")) if works else embed


def recommendation_embed(found: Sequence[Recommendation], wording: Wording) -> discord.Embed:
    """What to hear next, and why."""
    lines = [f"{_line(each.work, wording)}\n> {_why(each, wording)}" for each in found]
    return discord.Embed(
        title=wording("recommend.title"),
        description="\n".join(lines) or wording("recommend.empty"),
        colour=COLOUR,
    )


def _line(work: Listing, wording: Wording, *, person: bool = False) -> str:
    """Id, title, what it is, when, and how it is liked."""
    said = [
        f"**#{work.id}** {escaped(title_of(work))}",
        _what(work, wording),
        f"<@{work.user_id}>" if person else None,
        discord.utils.format_dt(work.created_at, "R"),
        _votes(work, wording),
    ]
    return " · ".join(filter(None, said))


def _what(work: Listing, wording: Wording) -> str:
    kind = wording(f"kind.{work.kind}")
    if work.kind is JobKind.COMPOSE and work.genre is not None:
        return f"{wording.genre(work.genre)} ({escaped(work.style or '')})"
    if work.language is not None:
        return f"{kind} ({wording(f'language.{work.language}')})"
    return kind if work.genre is None else f"{kind} ({wording.genre(work.genre)})"


def _votes(work: Listing, wording: Wording) -> str | None:
    if work.mean is None:
        return None
    return wording("history.votes", mean=f"{work.mean:.1f}", votes=work.votes)


def _why(found: Recommendation, wording: Wording) -> str:
    match found.grounds:
        case Grounds.LIKE_TASTE:
            return wording("recommend.like_taste", people=found.people or 1)
        case Grounds.OWN_RATINGS if found.genre is not None:
            return wording("recommend.genre", genre=wording.genre(found.genre))
        case Grounds.OWN_RATINGS:
            return wording("recommend.like_yours")
        case Grounds.COLD_START if (found.work.mean or 0) > 3:
            return wording("recommend.liked_here")
        case Grounds.JUDGE if found.work.judgement is not None:
            return wording("recommend.judge", share=f"{found.work.judgement:.0%}")
        case _:
            return wording("recommend.new")
