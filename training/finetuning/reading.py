"""Simulated readers vote on the shipped poets' verse; new verse, after learning, is held against it.

Verse is written once and kept in a file. What is learned in an instant is measured here, the leaning, as it
is used: of what is left open and among candidates at once. Strengths were chosen on readers from 100 on;
those reported are 0 to 19.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from rich.progress import track

from domain.finetuning import Lesson, Teachable, adapter_name
from domain.verses import Language, LyricsRequest, Verse
from models.leanings import NO_LEANING, Leaning
from models.lyrics.files import Poet, load_poet, name_of
from models.lyrics.tongues import Tongue, load_tongue
from models.lyrics.versing import write_verses
from models.registry import WEIGHTS
from training.finetuning.instant import Heard, Learned, Listening, learn_at_once
from training.finetuning.readers import Reader
from training.finetuning.voting import lessons_of
from training.lyrics.evaluation.measures import distinct

POOL = 120
"""Verses of the shipped poet that readers know; each votes on some of them."""

VOTES = 60
LINES, CANDIDATES = 4, 8
AT_ONCE = 8

FIRST_NEW = 10_000
"""The first seed of the verses before and after learning, none of which was voted on."""

ROW = "choices and candidates"

SCENES: Mapping[Language, Sequence[str]] = {
    Language.ENGLISH: (
        "forest birds", "winter sea", "rain and wind", "mountain dawn", "old harbour", "summer meadow",
        "city night", "river stones", "autumn leaves", "snow and stars", "garden rose", "desert road",
        "moonlit lake", "storm over hills", "spring morning", "empty house", "children playing",
        "evening bells", "ocean waves", "golden fields", "grey clouds", "fire and shadow", "a lonely bird",
        "silver moon",
    ),
    Language.CHINESE: (
        "林间鸟鸣", "秋夜月", "江上舟", "春雨落花", "山中雪", "西风古道", "荷塘夏日", "孤雁南飞", "梅花香",
        "夕阳渔村", "竹林清风", "长河落日", "寒灯夜雨", "柳絮春风", "空山流水", "故园明月", "沧海云帆",
        "杏花酒", "霜叶", "晨钟古寺",
    ),
}  # fmt: skip
"""What people ask for, as far as that goes: a seed has the scene of its number."""


@dataclass(frozen=True, slots=True)
class Study:
    """A poet in its language, as shipped."""

    name: str
    poet: Poet
    tongue: Tongue

    @classmethod
    def open(cls, language: Language, weights: Path = WEIGHTS) -> Self:
        """The one that usually writes. Raises FileNotFoundError where there is none."""
        poet = load_poet(weights, language, "transformer", torch.device("cpu"))
        tongue = load_tongue(weights, language)
        if poet is None or tongue is None:
            raise FileNotFoundError(weights)
        return cls(name_of(language, "transformer"), poet, tongue)

    def request(self, seed: int) -> LyricsRequest:
        """A wish for a few lines about something."""
        language = self.tongue.language
        scenes = SCENES[language]
        return LyricsRequest(
            scene=scenes[seed % len(scenes)],
            seed=seed,
            language=language,
            lines=LINES,
            candidates=CANDIDATES,
        )


def kept_verses(study: Study, seeds: Sequence[int], file: Path, leaning: Leaning = NO_LEANING) -> list[Verse]:
    """The verses of these seeds that lean so, those that are missing written and added to the file."""
    known = {verse.recipe.request.seed: verse for verse in _kept(file)}
    missing = [seed for seed in seeds if seed not in known]
    file.parent.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(missing), AT_ONCE):
        requests = [study.request(seed) for seed in missing[start : start + AT_ONCE]]
        made = write_verses(study.poet, study.tongue, requests, leaning)
        known |= {verse.recipe.request.seed: verse for verse in made}
        with gzip.open(file, "at", encoding="utf-8") as out:
            out.writelines(json.dumps(verse.to_plain(), ensure_ascii=False) + "\n" for verse in made)
    return [known[seed] for seed in seeds]


def _kept(file: Path) -> list[Verse]:
    if not file.exists():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [Verse.from_plain(json.loads(line)) for line in lines]


def measure_readers(language: Language, *, readers: Sequence[int], verses: int, folder: Path) -> Listening:
    """So many new verses for each of the readers, all verse kept in the folder."""
    study = Study.open(language)
    pool = kept_verses(study, range(POOL), folder / f"pool-{study.poet.version}.jsonl.gz")
    new = range(FIRST_NEW, FIRST_NEW + verses)
    before = kept_verses(study, new, folder / f"new-{study.poet.version}.jsonl.gz")
    heard: list[Heard] = []
    refused = 0
    for number in track(readers, description=study.name):
        reader = Reader.drawn(number, pool)
        at_random = votes_of(reader, pool, seed=number, at_random=True)
        refused += not learn_from(at_random, study).accepted
        heard.append(_heard(number, reader, study, pool, before, folder))
    return Listening(study.name, verses, tuple(heard), refused)


def votes_of(reader: Reader, pool: Sequence[Verse], *, seed: int, at_random: bool = False) -> list[Lesson]:
    """A reader's votes on some of the pool; at random, each other verse's vote."""
    works = [(verse.recipe.request, verse) for verse in pool]

    def vote(place: int, random: np.random.Generator) -> float:
        return reader.vote(pool[place], random)

    return lessons_of(works, vote, votes=VOTES, seed=seed, at_random=at_random)


def learn_from(lessons: Sequence[Lesson], study: Study) -> Learned:
    """What is learned from votes in an instant: the leaning."""
    return learn_at_once(lessons, Teachable.LYRICS, {study.name: study.poet.version})


def _heard(
    number: int,
    reader: Reader,
    study: Study,
    pool: Sequence[Verse],
    before: Sequence[Verse],
    folder: Path,
) -> Heard:
    """One reader votes; what is learned is used for the seeds of `before`."""
    learned = learn_from(votes_of(reader, pool, seed=number), study)
    adapter = learned.adapter
    if adapter is None or not learned.accepted:
        return Heard(number, learned, {ROW: 0.0}, {"pairs of words": 1.0})
    seeds = [verse.recipe.request.seed for verse in before]
    file = folder / f"{adapter_name(adapter.to_bytes())}.jsonl.gz"
    after = kept_verses(study, seeds, file, adapter.leaning)
    liked, usual = (float(np.mean([reader.score(verse) for verse in each])) for each in (after, before))
    language = study.tongue.language
    now, then = (
        distinct([tuple(verse.text.splitlines()) for verse in each], language) for each in (after, before)
    )
    return Heard(number, learned, {ROW: liked - usual}, {"pairs of words": now / then})
