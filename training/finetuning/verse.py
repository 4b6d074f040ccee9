"""How the poets read verse that people rated: stanza by stanza, as if they were writing it.

Knows Transformers and their tokens; what is learned from the stanzas is in `preferring`.
"""

import re
from collections.abc import Sequence
from typing import cast

import torch
from torch import nn
from torch.nn import functional

from domain.finetuning import Lesson
from domain.verses import LyricsRequest, Verse, VerseForm, VerseStanza
from models.lyrics.files import Poet
from models.lyrics.networks import Sources
from models.lyrics.stanzas import MARKS, MOST_SYLLABLES, Line, Stanza, StanzaPlan, line_syllables, linearise
from models.lyrics.transformer import Transformer
from models.lyrics.vocabulary import BOS, Vocabulary
from training.finetuning.preferring import Reading
from training.finetuning.students import Student
from training.finetuning.verse_replay import Told, VerseReplay

LONGEST = 8
"""Lines of the longest stanza that poets were taught; a longer one is no lesson for them."""

_TOKENS = {
    "en": re.compile(r"'?[^\W_]+(?:'[^\W_]*)*|[,;:.!?—…-]"),
    "zh": re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff，。、？！；：]"),
}
_FORMS = {VerseForm.FIVE: "5", VerseForm.SEVEN: "7", VerseForm.CI: "ci"}


def verse_student(name: str, poet: Poet, lessons: Sequence[Lesson], replay: VerseReplay) -> Student[Told]:
    """A poet before it learns from those of the lessons that are in its language."""
    network, words = poet.network, poet.vocabulary
    if not isinstance(network, Transformer):
        raise TypeError("only Transformers are taught")
    language = words.language
    return Student(
        name=name,
        network=network,
        reader=VerseReader(network, words),
        works=[
            told_of(lesson.made, words)
            if isinstance(lesson.made, Verse) and lesson.made.recipe.request.language == language
            else []
            for lesson in lessons
        ],
        replayed=replay.replayed,
        held_out=replay.held_out,
    )


def told_of(verse: Verse, vocabulary: Vocabulary) -> list[Told]:
    """The stanzas of verse as its poet may have written them; those that it can't read are left out."""
    found: list[Told] = []
    previous: Line | None = None
    for number, printed in enumerate(verse.stanzas):
        lines = [_line(line.text, vocabulary) for line in printed.lines]
        whole = [line for line in lines if line is not None]
        if whole and len(whole) == len(lines) <= LONGEST:
            plan = _plan(verse, printed, number, previous)
            told = linearise(plan, Stanza(tuple(whole)), vocabulary)
            found.append(Told(told.source, told.copyable, told.target))
        previous = whole[-1] if whole else None
    return found


def _line(text: str, vocabulary: Vocabulary) -> Line | None:
    """A printed line; None where it has a word that the vocabulary can't spell, or too many syllables."""
    language = vocabulary.language
    words: list[str] = []
    marks: list[str] = []
    for token in _TOKENS[language].findall(text):
        if token not in MARKS[language]:
            words.append(token)
            marks.append("")
        elif words:
            marks[-1] = token
    if not words or not all(map(vocabulary.encode_word, words)):
        return None
    line = Line(tuple(words), tuple(marks))
    return line if line_syllables(line, language) <= MOST_SYLLABLES[language] else None


def _plan(verse: Verse, printed: VerseStanza, number: int, previous: Line | None) -> StanzaPlan:
    """What a stanza was told, as far as its verse still shows that."""
    request = verse.recipe.request
    language = str(request.language)
    known: dict[str, str] = {}
    letters = [line.rhyme or f"line {at}" for at, line in enumerate(printed.lines)]
    scheme = "".join(known.setdefault(letter, chr(ord("A") + len(known))) for letter in letters)
    inside = tuple(word for word in verse.scene_words if word.lower() in printed.text.lower())
    return StanzaPlan(
        language,
        scheme,
        metre="iambic" if language == "en" else "",
        form=_FORMS.get(request.form or VerseForm.SONG, "ci") if language == "zh" else "",
        tune=_tune(request),
        half=number + 1 if request.form is VerseForm.CI and len(verse.stanzas) > 1 else 0,
        keywords=inside or verse.scene_words[:1],
        previous=previous,
    )


def _tune(request: LyricsRequest) -> str:
    return request.tune or "" if request.form is VerseForm.CI else ""


class VerseReader:
    """Reads stanzas with a Transformer whose way of reading scenes and whose words stay as they are.

    What a form decides, rhymes, counts and ends of lines, is not read: it says nothing of words.
    """

    def __init__(self, network: Transformer, vocabulary: Vocabulary) -> None:
        self._first = min(
            token
            for token in range(len(vocabulary))
            if vocabulary.is_mark(token) or vocabulary.is_piece(token)
        )
        self._matrices = tuple(
            name
            for name, matrix in network.named_parameters()
            if matrix.dim() == 2 and name.startswith(("tellers.", "after_writing.")) and ".kept." not in name
        )

    @property
    def matrices(self) -> Sequence[str]:
        return self._matrices

    def read(self, network: nn.Module, passages: Sequence[Told]) -> list[Reading]:
        return [self._read(cast(Transformer, network), told) for told in passages]

    def _read(self, network: Transformer, told: Told) -> Reading:
        sources = Sources.of([told.source], [told.copyable])
        target = torch.tensor([told.target])
        before = functional.pad(target, (1, 0), value=BOS)[:, :-1]
        spoken, memory = network.speak(sources, before, own=0.0)
        free = target[0] >= self._first
        keys = network.outlet.keys(memory)
        likely = network.outlet.log_probabilities(spoken[:, free], keys, sources, network.embedding.weight)
        return likely[0], target[0, free]
