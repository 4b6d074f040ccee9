"""Servers' versions in whole jobs: used where they can be, and done without where not."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from domain.clips import Clip
from domain.finetuning import Teachable, adapter_name
from domain.genres import Genre
from domain.remarks import Topic
from domain.requests import ComposeRequest, Recipe
from domain.score import Mode
from domain.verses import LyricsRequest, Verse, VerseForm
from engine.craft.poets import Poets
from engine.craft.repertoire import Repertoire
from engine.craft.versifying import Versifier
from engine.craft.versions import MERGED
from engine.craft.workshop import Composer
from models.adapters import Adapter, file_of
from models.devices import choose_device
from models.leanings import Leaning, Liking
from tests.engine.craft.poets import save_poets
from tests.engine.test_real_composer import save_tiny_weights

REQUEST = ComposeRequest(style="rnn", seed=11, length_seconds=5, candidates=1)
LEANING = Leaning({"minor": Liking(0.5, 0.5, 3.0)}, {Genre.REEL: 3.0})
MATRIX = "output_rnn.begin.weight"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    save_tiny_weights(folder)
    return folder


def keep(folder: Path, adapter: Adapter) -> str:
    content = adapter.to_bytes()
    file_of(folder, adapter_name(content)).write_bytes(content)
    return adapter_name(content)


def clip_of(composer: Composer, request: ComposeRequest) -> Clip:
    *_, clip = composer.compose(request)
    assert isinstance(clip, Clip)
    return clip


def taught(repertoire: Repertoire, size: float = 0.5) -> Adapter:
    model = repertoire.composer("rnn").model
    rows, columns = model.network.get_parameter(MATRIX).shape  # type: ignore[attr-defined]
    deltas = {MATRIX: (torch.full((rows, 1), size), torch.randn(1, columns))}
    return Adapter(
        teachable=Teachable.RNN, bases={"rnn": model.version}, leaning=LEANING, deltas={"rnn": deltas}
    )


def test_a_version_makes_other_pieces_its_recipe_the_same_and_the_shipped_model_what_it_did(
    weights: Path, tmp_path: Path
):
    torch.manual_seed(3)
    repertoire = Repertoire(weights, "cpu", tmp_path)
    composer, name = Composer(repertoire), keep(tmp_path, taught(repertoire))
    before = clip_of(composer, REQUEST)
    clip = clip_of(composer, replace(REQUEST, adapter=name))
    base = before.recipe.model_version
    assert clip.recipe.model_version == f"{base}~{name[:8]}"
    assert (clip.recipe.genre, clip.recipe.key.mode) == ("reel", Mode.MINOR)
    assert Topic.ADAPTER_UNUSABLE not in {remark.topic for remark in clip.remarks}
    read = Recipe.from_json(clip.recipe.to_json())
    assert read.request.adapter == name
    assert clip_of(composer, read.request).midi == clip.midi
    assert clip_of(composer, REQUEST).midi == before.midi


def test_without_a_usable_adapter_the_shipped_model_composes_and_says_so(weights: Path, tmp_path: Path):
    repertoire = Repertoire(weights, "cpu", tmp_path)
    composer, adapter = Composer(repertoire), taught(repertoire)
    before = clip_of(composer, REQUEST)
    altered, other = keep(tmp_path, adapter), keep(tmp_path, replace(adapter, bases={"rnn": "rnn-0"}))
    file_of(tmp_path, altered).write_bytes(file_of(tmp_path, altered).read_bytes()[:-1])
    unfit = keep(
        tmp_path, replace(adapter, deltas={"rnn": {"nothing": (torch.ones(2, 1), torch.ones(1, 2))}})
    )
    for name in ("0" * 16, altered, other, unfit):
        version = repertoire.composer("rnn", name)
        assert version.model is repertoire.composer("rnn").model
        (remark,) = version.remarks
        assert (remark.topic, remark.values) == (Topic.ADAPTER_UNUSABLE, {"adapter": name[:8]})
    clip = clip_of(composer, replace(REQUEST, adapter=altered))
    assert (clip.midi, clip.recipe) == (before.midi, before.recipe)
    assert clip.remarks[0].topic is Topic.ADAPTER_UNUSABLE
    assert Repertoire(weights, "cpu").composer("rnn", altered).remarks


def test_few_merged_models_are_kept_and_the_rest_is_shared(weights: Path, tmp_path: Path):
    repertoire = Repertoire(weights, "cpu", tmp_path)
    names = [keep(tmp_path, taught(repertoire, size)) for size in range(1, MERGED + 3)]
    shipped = repertoire.composer("rnn").model
    models = [repertoire.composer("rnn", name).model for name in names]
    assert models[-1] is repertoire.composer("rnn", names[-1]).model
    assert models[0] is not repertoire.composer("rnn", names[0]).model
    own = {id(each) for each in shipped.network.parameters()}  # type: ignore[attr-defined]
    for model in models:
        assert sum(id(each) not in own for each in model.network.parameters()) == 1  # type: ignore[attr-defined]


def test_verse_is_written_by_a_version_too(tmp_path: Path):
    save_poets(tmp_path)
    (tmp_path / "adapters").mkdir()
    poets = Poets(tmp_path, choose_device("cpu"), tmp_path / "adapters")
    versifier = Versifier(poets)
    asked = LyricsRequest(scene="forest birds", seed=3, lines=4, form=VerseForm.QUATRAINS, candidates=1)
    writer = poets.writer(asked.language or "en", None)  # type: ignore[arg-type]
    matrix = next(name for name, each in writer.poet.network.named_parameters() if each.dim() == 2)
    rows, columns = writer.poet.network.get_parameter(matrix).shape
    part = f"lyrics-en-{writer.network}"
    adapter = Adapter(
        teachable=Teachable.LYRICS,
        bases={part: writer.poet.version},
        deltas={part: {matrix: (torch.randn(rows, 1), torch.randn(1, columns))}},
    )
    name = keep(tmp_path / "adapters", adapter)

    def verse_of(request: LyricsRequest) -> Verse:
        *_, verse = versifier.write(request)
        assert isinstance(verse, Verse)
        return verse

    before, verse, missing = (verse_of(replace(asked, adapter=each)) for each in (None, name, "0" * 16))
    assert verse.recipe.model_version == f"{before.recipe.model_version}~{name[:8]}"
    assert verse.text != before.text
    assert verse_of(verse.recipe.request).text == verse.text
    assert missing.text == before.text
    assert missing.recipe == before.recipe
    assert [remark.topic for remark in missing.remarks] == [Topic.ADAPTER_UNUSABLE]
