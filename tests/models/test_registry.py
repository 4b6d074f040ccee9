"""What the registry says of the shipped styles, beside the models' own account."""

import json
import subprocess
import sys
from pathlib import Path

from domain.genres import Genre
from domain.verses import Language
from models.lyrics.tongues import part_path
from models.lyrics.tunes import Half, save_tunes
from models.plans import Profile
from models.registry import (
    WEIGHTS,
    PoetCard,
    available_models,
    available_styles,
    available_tunes,
    find_model,
)


def test_a_style_knows_the_metres_of_its_genres() -> None:
    [style] = [style for style in available_styles() if style.name == "rnn"]
    card = json.loads((WEIGHTS / "rnn.json").read_text(encoding="utf-8"))
    profiles = {Genre(name): Profile.from_plain(plain) for name, plain in card["profiles"].items()}
    assert style.metres == {genre: profile.metres for genre, profile in profiles.items()}
    assert [str(metre) for metre in style.metres[Genre.JIG]] == ["6/8"]
    assert [str(metre) for metre in style.metres[Genre.RAGTIME]] == ["2/4", "4/4"]
    assert set(style.genres) <= set(style.metres)


def lay_out(folder: Path, name: str, card: dict[str, str], *, weights: bool = True) -> None:
    (folder / f"{name}.json").write_text(json.dumps(card))
    if weights:
        (folder / f"{name}.safetensors").touch()


def test_poets_are_the_networks_with_card_and_weights(tmp_path: Path) -> None:
    poet = {"kind": "lyrics", "language": "en", "network": "seq2seq", "version": "seq2seq-1"}
    lay_out(tmp_path, "lyrics-en-seq2seq", poet)
    lay_out(tmp_path, "lyrics-en-transformer", poet | {"network": "transformer"}, weights=False)
    lay_out(tmp_path, "lyrics-zh-seq2seq", poet | {"language": "zh"})
    lay_out(tmp_path, "lyrics-zh-transformer", poet | {"language": "a language of its own"})
    lay_out(tmp_path, "lyrics-en", {"kind": "lyrics", "language": "en"}, weights=False)  # a language's own
    models = available_models(tmp_path)
    assert models.poets == (
        PoetCard("seq2seq", Language.ENGLISH, "seq2seq-1"),
        PoetCard("seq2seq", Language.CHINESE, "seq2seq-1"),
    )
    assert models.networks == ("seq2seq",)
    assert models.styles == ()
    assert not models.sings  # there is nobody to make a melody


def test_tunes_are_named_by_the_file_that_verse_is_written_with(tmp_path: Path) -> None:
    assert available_tunes(tmp_path) == ()
    path = part_path(tmp_path, "zh", "tunes")
    save_tunes(path, {"浣溪沙": (Half((7, 7, 7), ("，", "。", "。"), "AAA"),), "如梦令": ()})
    assert set(available_tunes(tmp_path)) == {"浣溪沙", "如梦令"}
    path.write_text("[]")
    assert available_tunes(tmp_path) == ()


def test_what_the_shipped_models_allow() -> None:
    models = available_models()
    assert models.styles == available_styles()
    assert models.restyler == find_model("style_transfer")
    assert models.varies
    assert models.sings == bool(models.poets)


def test_the_registry_loads_neither_torch_nor_numpy() -> None:
    code = "import sys, models.registry; print([name for name in ('torch', 'numpy') if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
