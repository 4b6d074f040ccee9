"""Poets too small to say anything, saved as the shipped ones are; and composers for their songs."""

from pathlib import Path

import torch

from domain.genres import Genre
from domain.verses import Language
from models.lyrics import seq2seq, transformer
from models.lyrics.files import AnyConfig, build, save_poet
from models.lyrics.lexicon import LEXICON_FILE, Word, save_words, word_of
from models.lyrics.neighbours import NEIGHBOURS_FILE, save_neighbours
from models.lyrics.pinyin import GROUPS
from models.lyrics.stanzas import MARKS
from models.lyrics.tongues import save_tongue
from models.lyrics.vocabulary import VOCABULARY_FILE, Vocabulary
from models.plans import Habit, Profile
from models.rnn.files import save_rnn
from tests.models.lyrics.toy_words import toy_entries, toy_vocabulary
from tests.models.networks import tiny_network, tiny_profiles

_CHARACTERS = "山天年前边烟泉船风中空红东鸿声情春人云新津神尘巾花家霞沙鸦瓜茶楼秋流舟愁头洲鸥水月雪夜"
_NEIGHBOURS = {
    Language.ENGLISH: {"forest": ["birds", "tree"], "bird": ["sing", "song"], "river": ["moon", "sea"]},
    Language.CHINESE: {"山水": ["云", "舟"], "春": ["花", "风"], "月": ["夜", "秋"]},
}
_HYMN = Profile(
    {"G major": 1}, (Habit("4/4", "major", 4, 1, 110.0, 62.0, 5), Habit("3/4", "major", 4, 1, 120.0, 62.0, 3))
)


def save_poets(folder: Path, *languages: Language, networks: tuple[str, ...] = ("seq2seq",)) -> None:
    """Write poets of random weights, of all languages where none is named, and what they write with."""
    for language in languages or Language:
        run = folder / "runs" / language
        run.mkdir(parents=True, exist_ok=True)
        vocabulary, words = _words(language)
        vocabulary.save(run / VOCABULARY_FILE)
        save_words(run / LEXICON_FILE, words)
        save_neighbours(run / NEIGHBOURS_FILE, _NEIGHBOURS[language])
        save_tongue(run, folder, language)
        torch.manual_seed(4)
        for network in networks:
            save_poet(build(_config(network, vocabulary)), folder, vocabulary=run / VOCABULARY_FILE, facts={})


def save_singers(folder: Path) -> None:
    """Write poets of both languages, and a composer who knows hymns."""
    save_poets(folder)
    profiles = {**tiny_profiles(), Genre.HYMN: _HYMN}
    facts = {"genres": ["chorale", "hymn", "reel"]}
    save_rnn(tiny_network(), folder / "rnn.safetensors", profiles=profiles, facts=facts)


def _words(language: Language) -> tuple[Vocabulary, list[Word]]:
    if language is Language.ENGLISH:
        return toy_vocabulary(), toy_entries()
    controls = (
        *(
            "<zh>",
            "<form 5>",
            "<form 7>",
            "<form ci>",
            "<tune other>",
            "<half 0>",
            "<lines other>",
            "<scheme other>",
        ),
        *(f"<rhyme {group}>" for group in (*GROUPS, "zhi", "other")),
        *(f"<syllables {count}>" for count in range(1, 13)),
    )
    vocabulary = Vocabulary("zh", controls, MARKS["zh"], _CHARACTERS, {})
    return vocabulary, [word for each in _CHARACTERS if (word := word_of(each, "zh")) is not None]


def _config(network: str, vocabulary: Vocabulary) -> AnyConfig:
    sizes = len(vocabulary), vocabulary.first_piece
    if network == "seq2seq":
        return seq2seq.Config(*sizes, embedding=16, encoder=8, decoder=12, attention=8)
    return transformer.Config(*sizes, width=16, heads=2, encoder_layers=1, decoder_layers=1, inner=24)
