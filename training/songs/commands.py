"""What `python -m training` runs for songs: counting how people set words, and measuring how songs sing."""

import argparse
from itertools import groupby
from operator import itemgetter

import torch
from rich.console import Console
from rich.table import Table

from domain.genres import Genre
from models.composition.gate import Gate
from models.composition.norms import Norms
from models.critic.files import load_critic
from models.registry import WEIGHTS, available_styles
from models.rnn.files import load_rnn
from training.corpora.works import load_works
from training.paths import WORKS
from training.songs.counting import count_rhythms
from training.songs.evaluation import Songs, measure_own_songs, measure_songs, rows_of
from training.songs.own_words import write_songs
from training.songs.stanzas import read_stanzas

_HYMNS = 40
_OWN = 12


def train(options: argparse.Namespace) -> None:
    """Count how people set lines of verse; there is nothing else to learn."""
    print(count_rhythms(options.archives))


def evaluate(options: argparse.Namespace) -> None:
    """Set every stanza, and songs of our own poets where their weights are, and print how well they sing."""
    device = torch.device(options.device or "cpu")
    torch.set_num_threads(1)
    style = next(style for style in available_styles() if style.family == "rnn")
    model = load_rnn(style, device)
    gate = Gate(load_critic(WEIGHTS, device), Norms.load())
    hymns = [work.score for work in load_works(WORKS) if work.genre is Genre.HYMN and work.split != "train"]
    songs = measure_songs(model, style, gate, list(read_stanzas())[: options.pieces], hymns[:_HYMNS])
    _print(songs, f"Words set to music: {len(songs.songs)} stanzas")
    written = write_songs(options.weights or WEIGHTS, device, options.pieces or _OWN)
    for language, group in groupby(written, key=itemgetter(0)):
        own = [(scene, stanzas) for _, scene, stanzas in group]
        _print(
            measure_own_songs(model, style, gate, own), f"Our own poet's words ({language}): {len(own)} songs"
        )


def _print(songs: Songs, title: str) -> None:
    """Every song, and what they are like together."""
    by_metre = Table("metre", "set in", "stress on strong", "one a note", "compass", "judge", "source")
    for written, song, found in songs.songs:
        by_metre.add_row(
            written.metre,
            f"{song.score.metre}, {song.score.bars} bars",
            f"{found.stressed_on_strong}/{found.stressed}",
            f"{found.one_note}/{found.syllables}",
            str(found.compass),
            "" if found.judgement is None else f"{found.judgement:.2f}",
            written.source,
        )
    table = Table("figure", "measured", "bar", title=title)
    for row in rows_of(songs):
        table.add_row(*row)
    Console(width=120).print(by_metre, table)
