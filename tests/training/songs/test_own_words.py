"""Songs that poets write, on their way to being measured."""

from pathlib import Path

import torch

from domain.verses import Language
from models.composition.setting import set_words
from models.composition.song_plans import SongWishes
from tests.engine.craft.poets import save_poets
from tests.models.composition.test_setting import MODEL
from training.songs.evaluation import figures_of
from training.songs.own_words import SCENES, write_songs


def test_each_poet_there_is_writes_about_the_same_scenes_and_that_is_measured(tmp_path: Path) -> None:
    save_poets(tmp_path, Language.ENGLISH)
    [(language, scene, stanzas)] = write_songs(tmp_path, torch.device("cpu"), 1)
    assert (language, scene) == (Language.ENGLISH, SCENES[Language.ENGLISH][0])
    assert len({len(stanza.lines) for stanza in stanzas if stanza.label is stanzas[0].label}) == 1
    song = set_words(MODEL, stanzas, SongWishes(seed=1), gate=None, style="rnn", candidates=1)
    figures = figures_of(song, stanzas)
    assert figures.syllables > 0
    assert 0 <= figures.stressed_on_strong <= figures.stressed


def test_nobody_writes_where_there_are_no_weights(tmp_path: Path) -> None:
    assert list(write_songs(tmp_path, torch.device("cpu"), 1)) == []
