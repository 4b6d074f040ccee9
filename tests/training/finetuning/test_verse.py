"""A tiny poet learns from votes on verse: a whole run, what it reads, and what it is compared by."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from domain.errors import Unavailable
from domain.finetuning import Finetuned, FinetuneRequest, Learning, Lesson, Teachable
from domain.verses import Language, LyricsRequest, RhymeScheme, Verse, VerseForm
from models.adapters import Adapter
from models.lyrics import transformer
from models.lyrics.files import Poet, build, save_poet
from models.lyrics.lexicon import LEXICON_FILE, save_words
from models.lyrics.neighbours import NEIGHBOURS_FILE, save_neighbours
from models.lyrics.quotations import words_of_text
from models.lyrics.tongues import Tongue, load_tongue, save_tongue
from models.lyrics.versing import write_verses
from models.lyrics.vocabulary import VOCABULARY_FILE
from models.registry import WEIGHTS
from tests.models.lyrics.toy_tongues import toy_tongue
from tests.models.lyrics.toy_words import toy_entries
from training.finetuning import course, subjects, verse_rehearsal
from training.finetuning.course import learn
from training.finetuning.preferences import Pair
from training.finetuning.preferring import Preferring
from training.finetuning.replay import LARGEST_BYTES, replay_file
from training.finetuning.students import nats_of
from training.finetuning.verse import VerseReader, told_of, verse_student
from training.finetuning.verse_replay import (
    Told,
    VerseReplay,
    read_verse_replay,
    sample_name,
    write_verse_replay,
)
from training.lyrics.encoding import Encoded

ENGLISH = Language.ENGLISH
TONGUE = toy_tongue(ENGLISH)
SCENES = ("forest birds", "rain on the river", "silver night", "stone tower")


def poet() -> Poet:
    torch.manual_seed(3)
    words = TONGUE.vocabulary
    sizes = transformer.Config(
        len(words), words.first_piece, width=16, heads=2, encoder_layers=1, decoder_layers=1, inner=24
    )
    return Poet("toy-en", build(sizes).eval(), words)


@pytest.fixture(scope="module")
def verses() -> list[Verse]:
    """Half of them couplets."""
    requests = [
        LyricsRequest(
            scene=SCENES[seed % len(SCENES)],
            seed=seed,
            lines=4,
            form=VerseForm.QUATRAINS,
            rhyme=RhymeScheme.AABB if seed % 2 else RhymeScheme.ABAB,
            candidates=1,
        )
        for seed in range(16)
    ]
    return write_verses(poet(), TONGUE, requests)


def voted(verses: Sequence[Verse]) -> tuple[Lesson, ...]:
    """Couplets are liked."""
    return tuple(
        Lesson(
            work_id=number,
            request=verse.recipe.request,
            made=verse,
            approval=1.0 if number % 2 else -1.0,
            voters=1,
        )
        for number, verse in enumerate(verses)
    )


def told(verses: Sequence[Verse]) -> list[Told]:
    return [stanza for verse in verses for stanza in told_of(verse, TONGUE.vocabulary)]


def test_verse_in_print_is_read_as_it_was_written(verses: Sequence[Verse]) -> None:
    stanzas = told(verses)
    assert len(stanzas) == len(verses)
    words = TONGUE.vocabulary
    shown = words.decode(stanzas[1].source)
    assert "<lines 4>" in shown
    assert "<scheme AABB>" in shown
    assert any(stanzas[1].copyable)
    first = verses[1].stanzas[0].lines[0]
    assert f"<syllables {first.syllables}>" in words.decode(stanzas[1].target)
    foreign = replace(
        verses[0],
        stanzas=(replace(verses[0].stanzas[0], lines=(replace(first, text="Übung 7"),)),),
    )
    assert told_of(foreign, words) == []


def test_liked_verse_becomes_likelier_by_its_words_alone(verses: Sequence[Verse]) -> None:
    stanzas = told(verses)
    one = poet()
    network = one.network
    assert isinstance(network, transformer.Transformer)
    reader = VerseReader(network, one.vocabulary)
    ((likely, targets),) = reader.read(network, stanzas[:1])
    assert likely.shape == (len(targets), len(one.vocabulary))
    assert float(likely.detach().exp().sum(-1).sub(1).abs().max()) < 1e-4
    assert not any(map(one.vocabulary.is_control, targets.tolist()))
    works = [[stanza] for stanza in stanzas[:4]]
    preferring = Preferring(reader, network, works, [Pair(1, 0, 1.0), Pair(3, 2, 1.0)], stanzas[4:], seed=1)
    for _ in range(25):
        preferring.step(25)
    liked, disliked = (preferring.reward(works[at]) + preferring.reward(works[at + 2]) for at in (1, 0))
    assert liked > disliked + 0.1


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory, verses: Sequence[Verse]) -> Path:
    folder, run = tmp_path_factory.mktemp("weights"), tmp_path_factory.mktemp("prepared")
    TONGUE.vocabulary.save(run / VOCABULARY_FILE)
    save_words(run / LEXICON_FILE, toy_entries())
    save_neighbours(run / NEIGHBOURS_FILE, TONGUE.neighbours)
    save_tongue(run, folder, ENGLISH)
    save_poet(poet().network, folder, vocabulary=run / VOCABULARY_FILE, facts={})
    prepared(told(verses), run)
    write_verse_replay(run, replay_file(folder, sample_name(ENGLISH)))
    return folder


def prepared(stanzas: Sequence[Told], run: Path) -> None:
    """Stanzas as arrays, as preparing leaves them."""
    targets = [stanza.target for stanza in stanzas]
    sources = [stanza.source[:-1] for stanza in stanzas]
    none = np.zeros(0, np.int32)
    encoded = Encoded(
        controls=np.array([token for row in sources for token in row], np.int32),
        controls_ends=np.cumsum([len(row) for row in sources]),
        previous=none,
        previous_ends=np.zeros(len(stanzas), np.int64),
        target=np.array([token for row in targets for token in row], np.int32),
        target_ends=np.cumsum([len(row) for row in targets]),
        candidates=np.full((len(stanzas), 8), -1, np.int32),
        weight=np.ones(len(stanzas), np.float32),
        pieces=np.zeros((1, 1), np.int32),
        neighbours=np.full((1, 12), -1, np.int32),
    )
    for split in ("train", "valid"):
        encoded.save(run / f"{split}.npz")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "FEWEST_STEPS", 3)
    monkeypatch.setattr(course, "MOST_STEPS", 3)
    monkeypatch.setattr(course, "SHUFFLES", 9)
    monkeypatch.setattr(verse_rehearsal, "VERSES", 2)


@pytest.mark.usefixtures("short")
def test_votes_on_verse_become_a_version_that_leans_to_what_is_liked(
    weights: Path, verses: Sequence[Verse], tmp_path: Path
) -> None:
    request = FinetuneRequest(teachable=Teachable.LYRICS, lessons=voted(verses))
    *learning, finetuned = learn(request, weights, tmp_path / "run")
    assert all(isinstance(each, Learning) for each in learning)
    assert isinstance(finetuned, Finetuned)
    assert finetuned.adapter is not None
    adapter = Adapter.from_bytes(finetuned.adapter)
    assert adapter.leaning.likings["en couplets"].weight > 0.3
    assert set(adapter.bases) == {"lyrics-en-transformer"}
    figures = finetuned.gated.figures
    assert figures["accuracy"] > 0.9
    assert {"nats_ratio", "diversity_ratio", "copied", "copied_before", "metre", "scene"} <= set(figures)
    assert "couplets" in {str(change.aspect) for change in finetuned.changes}


def test_a_run_that_is_left_while_it_loads_loads_no_more(
    weights: Path, verses: Sequence[Verse], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Language] = []

    def load(folder: Path, language: Language) -> Tongue | None:
        loaded.append(language)
        return load_tongue(folder, language)

    monkeypatch.setattr(subjects, "load_tongue", load)
    begun = learn(FinetuneRequest(teachable=Teachable.LYRICS, lessons=voted(verses)), weights, tmp_path)
    assert next(begun) == Learning(fraction=0.0)
    assert loaded == []
    assert next(begun) == Learning(fraction=0.0)
    assert loaded == [ENGLISH]


def test_without_a_sample_for_its_words_no_poet_is_taught(
    weights: Path, verses: Sequence[Verse], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="vocabulary"):
        read_verse_replay(weights, ENGLISH, vocabulary=20)
    file = replay_file(weights, sample_name(ENGLISH))
    content = file.read_bytes()
    file.write_bytes(content[:100])
    try:
        with pytest.raises(Unavailable):
            list(learn(FinetuneRequest(teachable=Teachable.LYRICS, lessons=voted(verses)), weights, tmp_path))
    finally:
        file.write_bytes(content)


@pytest.mark.usefixtures("short")
def test_what_a_version_writes_is_compared_with_what_the_shipped_poet_does(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tongue = load_tongue(weights, ENGLISH)
    assert tongue is not None
    one = poet()
    author = verse_rehearsal.Author("lyrics-en-transformer", one, Language.ENGLISH, lambda: tongue)
    rehearsing = verse_rehearsal.VerseRehearsing((author,), {ENGLISH: []})
    same = figures_of(rehearsing)
    assert same["diversity_ratio"] == 1.0
    assert same["copied"] == same["copied_before"] == 0.0
    words: list[list[str]] = []

    def distinct(stanzas: Sequence[Sequence[str]], language: str) -> float:
        words.extend(words_of_text("\n".join(stanza), language) for stanza in stanzas)
        return 1.0

    monkeypatch.setattr(verse_rehearsal, "distinct", distinct)
    figures_of(rehearsing)
    again = figures_of(verse_rehearsal.VerseRehearsing((author,), {ENGLISH: words}))
    assert again["copied"] == again["copied_before"] == 1.0


def figures_of(rehearsing: verse_rehearsal.VerseRehearsing) -> dict[str, float]:
    adapter = Adapter(teachable=Teachable.LYRICS, bases={})
    comparing = rehearsing.compare(adapter)
    while True:
        try:
            assert 0.0 <= next(comparing) <= 1.0
        except StopIteration as finished:
            return finished.value


@pytest.mark.parametrize("language", Language)
def test_the_samples_of_verse_that_are_shipped_are_small_and_readable(language: Language) -> None:
    assert replay_file(WEIGHTS, sample_name(language)).stat().st_size <= LARGEST_BYTES / 5
    tongue = load_tongue(WEIGHTS, language) if language is Language.CHINESE else None
    size = 10_000 if tongue is None else len(tongue.vocabulary)
    replay = read_verse_replay(WEIGHTS, language, vocabulary=size)
    assert len(replay.replayed) > len(replay.held_out) > 50


def test_lessons_of_another_language_are_passed_by(verses: Sequence[Verse]) -> None:
    other = replace(
        verses[0],
        recipe=replace(
            verses[0].recipe, request=replace(verses[0].recipe.request, language=Language.CHINESE)
        ),
    )
    stanzas = tuple(told(verses[:2]))
    student = verse_student("toy", poet(), voted([other, verses[1]]), VerseReplay(stanzas, stanzas))
    assert [len(work) for work in student.works] == [0, 1]
    nats, tokens = nats_of(student, student.network, stanzas[0])
    assert nats > 0
    assert tokens > 0
