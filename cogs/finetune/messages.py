"""What is said of fine-tuning in plain words: what there is to learn from, how far it is, what came of it."""

from collections.abc import Collection, Sequence

import discord

from cogs._shared.escaping import escaped
from cogs._shared.layout import COLOUR, bar_of
from cogs._shared.wording import Wording
from domain.clips import Progress
from domain.errors import BadRequest
from domain.finetuning import Aspect, Change, Foreseen, Learning, Survey, Teachable
from storage import SHIPPED, Contest, Run, RunStatus, Version

MOST_LISTED = 12
"""Versions in one list: an embed's text has 4096 characters."""

MOST_CONTESTS = 6
"""Pairs of versions in one list: an embed's field has 1024 characters."""

_ENDED = {
    RunStatus.CANCELLED: "finetune.cancelled",
    RunStatus.INTERRUPTED: "finetune.interrupted",
    RunStatus.FAILED: "finetune.failed",
}


def style_name(teachable: Teachable, wording: Wording) -> str:
    return wording(f"teachable.{teachable}")


def progress_text(run: Run, step: Progress | Learning, wording: Wording) -> str:
    """How far a run is."""
    style = style_name(run.teachable, wording)
    if isinstance(step, Progress):
        return wording("finetune.queued", style=style, position=step.position)
    text = wording(
        "finetune.learning",
        style=style,
        bar=bar_of(step.fraction),
        percent=round(step.fraction * 100),
    )
    if step.loss is not None:
        text += wording("finetune.loss", loss=f"{step.loss:.3f}")
    if step.remaining_seconds is not None:
        text += wording("finetune.remaining", time=duration(step.remaining_seconds, wording))
    return text


def duration(seconds: float, wording: Wording) -> str:
    """A time that nobody needs to know to the second."""
    if seconds < 90:
        return wording("finetune.seconds", count=max(10 * round(seconds / 10), 10))
    return wording("finetune.minutes", count=round(seconds / 60))


def plan_embed(teachable: Teachable, survey: Survey, wording: Wording, *, seconds: float) -> discord.Embed:
    """What there is to learn from, whether it is enough, and how long it would take."""
    embed = discord.Embed(
        title=wording("finetune.plan_title", style=style_name(teachable, wording)), colour=COLOUR
    )
    agreement = "–" if survey.agreement is None else f"{survey.agreement:.0%}"
    facts = {
        "works": str(survey.works),
        "votes": wording("finetune.votes_value", votes=survey.votes, voters=survey.voters),
        "pairs": str(survey.pairs),
        "liked": wording("finetune.liked_value", liked=survey.liked, others=survey.works - survey.liked),
        "spread": f"{survey.spread:.2f}",
        "agreement": agreement,
    }
    for name, value in facts.items():
        embed.add_field(name=wording(f"finetune_fact.{name}"), value=value)
    try:
        survey.check()
    except BadRequest as error:
        embed.description = wording("finetune.not_enough", sentence=wording.sentence(error))
    else:
        embed.description = wording("finetune.enough", time=duration(seconds, wording))
    return embed


def foreseen_text(foreseen: Foreseen, wording: Wording) -> str:
    """What votes would change, and how much that foretells; or that nothing can be told yet."""
    if not foreseen.changes:
        return wording("finetune.foresees_nothing")
    share = wording("finetune.foretells", share=f"{foreseen.accuracy:.0%}")
    return f"{changes_text(foreseen.changes, wording)}\n{share}"


def changes_text(changes: Sequence[Change], wording: Wording) -> str:
    """What is liked, a line each, the surest first."""
    ordered = sorted(changes, key=lambda change: -change.strength)
    return "\n".join(f"• {_change(change, wording)}" for change in ordered) or wording("finetune.no_changes")


def _change(change: Change, wording: Wording) -> str:
    if change.aspect is not Aspect.GENRE:
        return wording(f"aspect.{change.aspect}")
    form = wording.texts.get(f"form.{change.name}")
    return wording("aspect.genre", genre=escaped(form or wording.genre(change.name)))


def result_embed(version: Version, wording: Wording, *, in_use: bool) -> discord.Embed:
    """What came of a run: what has changed and how sure that is, or why it was not accepted."""
    style = style_name(version.teachable, wording)
    key = "accepted" if version.accepted else "rejected"
    embed = discord.Embed(
        title=wording(f"finetune_result.{key}", style=style, number=version.number), colour=COLOUR
    )
    if version.accepted:
        standing = wording("finetune.in_use" if in_use else "finetune.offered", number=version.number)
        embed.description = standing
        changes = changes_text(version.changes, wording)
        embed.add_field(name=wording("finetune.changes"), value=changes, inline=False)
    else:
        embed.description = wording("finetune.kept", reason=_reason(version, wording))
    figures = figures_text(version, wording)
    if figures:
        embed.add_field(name=wording("finetune.measured"), value=figures, inline=False)
    return embed


def figures_text(version: Version, wording: Wording) -> str:
    """What the gate measured of it, as far as it did."""
    figures = version.figures
    lines: list[str] = []
    if "accuracy" in figures:
        before, after = figures.get("accuracy_before", 0.5), figures["accuracy"]
        lines.append(wording("finetune.accuracy", before=f"{before:.0%}", after=f"{after:.0%}"))
    if "nats_ratio" in figures:
        lines.append(wording("finetune.nats", change=f"{figures['nats_ratio'] - 1:+.1%}"))
    if "diversity_ratio" in figures:
        lines.append(wording("finetune.diversity", share=f"{figures['diversity_ratio']:.0%}"))
    if "copied" in figures:
        before, after = figures.get("copied_before", 0.0), figures["copied"]
        lines.append(wording("finetune.copied", before=f"{before:.1%}", after=f"{after:.1%}"))
    return "\n".join(lines)


def versions_embed(
    versions: Sequence[Version],
    wording: Wording,
    *,
    used: Collection[int],
    damaged: Collection[int],
    contests: Sequence[Contest],
) -> discord.Embed:
    """The newest versions, a line or two each, and how they fared blind; `used` and `damaged` are ids."""
    embed = discord.Embed(title=wording("finetune.versions_title"), colour=COLOUR)
    lines = [
        _line(version, wording, used=version.id in used, damaged=version.id in damaged)
        for version in versions[:MOST_LISTED]
    ]
    embed.description = "\n".join(lines) or wording("finetune.no_versions")
    if contests:
        results = "\n".join(f"• {contest_text(each, wording)}" for each in contests[:MOST_CONTESTS])
        embed.add_field(name=wording("finetune.contests"), value=results, inline=False)
    return embed


def contest_text(contest: Contest, wording: Wording) -> str:
    """How often people picked which of two versions."""
    return wording(
        "finetune.contest",
        style=style_name(contest.teachable, wording),
        first=_numbered(contest.first, wording),
        second=_numbered(contest.second, wording),
        first_picks=contest.first_picks,
        second_picks=contest.second_picks,
        equal=contest.equal,
    )


def _numbered(number: int, wording: Wording) -> str:
    return wording("finetune.as_shipped" if number == SHIPPED else "finetune.version", number=number)


def _line(version: Version, wording: Wording, *, used: bool, damaged: bool) -> str:
    facts = [
        f"**{style_name(version.teachable, wording)} {version.number}**",
        discord.utils.format_dt(version.created_at, "d"),
        wording("finetune.line_accepted") if version.accepted else _reason(version, wording),
    ]
    if used:
        facts.append(wording("finetune.line_used"))
    if damaged:
        facts.append(wording("finetune.line_damaged"))
    if version.accepted and "accuracy" in version.figures:
        before, after = version.figures.get("accuracy_before", 0.5), version.figures["accuracy"]
        facts.append(f"{before:.0%} → {after:.0%}")
    return " · ".join(facts)


def _reason(version: Version, wording: Wording) -> str:
    return wording(f"refusal.{version.refusal}")


def ended_text(run: Run, status: RunStatus, wording: Wording) -> str:
    """How a run ended that has no version."""
    return wording(_ENDED[status], style=style_name(run.teachable, wording))
