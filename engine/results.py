"""What the command line does with a finished work: files in a folder, and lines about it."""

import errno
from pathlib import Path

from domain.clips import Clip, Work
from domain.errors import Reason, Unavailable
from domain.judgements import Judgement
from domain.requests import ComposeRequest
from domain.sheets import Sheet
from domain.verses import Verse


def name_of(work: Work) -> str:
    """What its files are called: reel-7, song-hymn-7, lyrics-en-7."""
    recipe = work.recipe
    request = recipe.request
    does = request.style if isinstance(request, ComposeRequest) else request.kind
    kind = work.recipe.request.language if isinstance(work, Verse) else work.recipe.genre
    return f"{does}-{kind}-{request.seed}".replace(" ", "-")


def write(work: Work, sheet: Sheet | None, folder: Path) -> Path:
    """Write a work's files; the path of the first is returned. Raises OSError; Unavailable when full."""
    files = files_of(work, sheet)
    name = name_of(work)
    try:
        for ending, content in files.items():
            (folder / f"{name}{ending}").write_bytes(content)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Unavailable(Reason.DISK_FULL) from error
        raise
    return folder / f"{name}{next(iter(files))}"


def files_of(work: Work, sheet: Sheet | None) -> dict[str, bytes]:
    """The contents of a work's files by the ends of their names, the one that people open first."""
    recipe = {".json": work.recipe.to_json().encode()}
    if isinstance(work, Verse):
        return {".txt": text_of(work).encode(), **recipe}
    files = {".mp3": work.audio, ".mid": work.midi, ".png": work.picture, **recipe}
    if work.verse is not None:
        files[".txt"] = text_of(work.verse).encode()
    if work.lead_sheet is not None:
        files[".musicxml"] = work.lead_sheet
    if sheet is not None:
        files |= {f"-sheet-{page}.png": picture for page, picture in enumerate(sheet.pages, 1)}
        files[".musicxml"] = sheet.musicxml
    return files


def account_of_judgement(judgement: Judgement) -> list[str]:
    """What is printed of a judgement: the score, what it was heard as, and each reason."""
    genres = ", ".join(f"{genre} {share:.0%}" for genre, share in judgement.genres)
    facts = (f"{judgement.title}: {judgement.share:.0%} human", genres, str(judgement.key))
    remarks = (*judgement.reasons, *judgement.left_out)
    return ["  ".join((*facts, f"{judgement.tempo:g} beats/min")), *(f"  {remark}" for remark in remarks)]


def text_of(verse: Verse) -> str:
    """The title and the stanzas."""
    return f"{verse.title}\n\n{verse.text}\n"


def account_of(work: Work, path: Path | None) -> list[str]:
    """What is printed of a work: where it is, how long, what the judge thinks; and each remark."""
    facts = [] if path is None else [str(path)]
    if isinstance(work, Clip):
        facts.append(f"{work.seconds:.1f} s")
        if work.judgement is not None:
            facts.append(f"judge {work.judgement:.0%}")
    return [*(["  ".join(facts)] if facts else []), *(f"  {remark}" for remark in work.remarks)]
