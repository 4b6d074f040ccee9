"""The files of a language: what was prepared is shipped, comes back, and is refused where it was altered."""

from pathlib import Path

import pytest

from domain.errors import Reason, Unavailable
from domain.verses import Language
from models.lyrics.lexicon import LEXICON_FILE, save_words, word_of
from models.lyrics.neighbours import NEIGHBOURS_FILE, save_neighbours
from models.lyrics.tongues import card_path, is_modern, load_tongue, part_path, save_tongue
from models.lyrics.vocabulary import VOCABULARY_FILE
from models.registry import available_styles
from tests.models.lyrics.test_tables import STANZAS
from tests.models.lyrics.toy_words import toy_entries, toy_vocabulary
from training.lyrics.reading import read, tell_reading

ENGLISH = Language.ENGLISH


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    run, folder = tmp_path / "run", tmp_path / "weights"
    toy_vocabulary().save(run / VOCABULARY_FILE)
    old = word_of("o'er", "en")
    assert old is not None
    words = [*toy_entries(), old]
    save_words(run / LEXICON_FILE, words)
    save_neighbours(run / NEIGHBOURS_FILE, {"forest": ("birds", "skyscraper")})
    spelt = [(word, toy_vocabulary().encode_word(word.text)) for word in toy_entries()]
    tell_reading(read(STANZAS, "en"), spelt, toy_vocabulary(), run)
    save_tongue(run, folder, ENGLISH)
    return folder


def test_what_is_shipped_comes_back(shipped: Path) -> None:
    tongue = load_tongue(shipped, ENGLISH)

    assert tongue is not None
    assert tongue.vocabulary.names == toy_vocabulary().names
    assert [word for word, _ in tongue.lexicon.spelt] == toy_entries()
    assert tongue.company == {"forest": ["birds"]}
    assert tongue.pairs is not None
    assert tongue.pairs.seen("golden", "river")
    assert not tongue.pairs.seen("river", "golden")
    assert len(tongue.quotations.numbers)
    assert available_styles(shipped) == ()
    assert load_tongue(shipped, Language.CHINESE) is None


@pytest.mark.parametrize("part", ["lexicon", "pairs", "vocabulary"])
def test_altered_and_missing_files_are_refused(shipped: Path, part: str) -> None:
    path = part_path(shipped, ENGLISH, part)
    kept = path.read_bytes()
    path.write_bytes(kept[:-1])
    with pytest.raises(Unavailable) as refused:
        load_tongue(shipped, ENGLISH)
    assert refused.value.reason is Reason.WEIGHTS_UNUSABLE
    path.unlink()
    with pytest.raises(Unavailable):
        load_tongue(shipped, ENGLISH)
    path.write_bytes(kept)
    assert load_tongue(shipped, ENGLISH) is not None
    card_path(shipped, ENGLISH).write_text("{}", encoding="utf-8")
    with pytest.raises(Unavailable):
        load_tongue(shipped, ENGLISH)


@pytest.mark.parametrize(
    ("word", "modern"), [("river", True), ("it's", True), ("don't", True), ("o'er", False), ("'tis", False)]
)
def test_words_are_written_as_today(word: str, *, modern: bool) -> None:
    assert is_modern(word) == modern
