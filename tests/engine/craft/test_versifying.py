"""Whole writing jobs with tiny poets: random words, but real scenes, plans, files and errors."""

import json
from pathlib import Path

import pytest

from domain.clips import Progress, Stage
from domain.errors import BadRequest, NightingaleError, Reason, Unavailable
from domain.verses import Language, LyricsRequest, Verse, VerseForm
from engine.craft.poets import Poets
from engine.craft.versifying import Versifier
from models.devices import choose_device
from tests.engine.craft.poets import save_poets

CPU = choose_device("cpu")
FOREST = LyricsRequest(scene="forest birds", seed=3, lines=4, form=VerseForm.QUATRAINS, candidates=2)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    save_poets(folder)
    save_poets(folder, Language.ENGLISH, networks=("transformer",))
    return folder


@pytest.fixture(scope="module")
def versifier(weights: Path) -> Versifier:
    return Versifier(Poets(weights, CPU))


def verse_of(versifier: Versifier, request: LyricsRequest) -> Verse:
    *_, verse = versifier.write(request)
    assert isinstance(verse, Verse)
    return verse


def refusal(versifier: Versifier, request: LyricsRequest) -> NightingaleError:
    with pytest.raises(NightingaleError) as raised:
        verse_of(versifier, request)
    return raised.value


@pytest.mark.parametrize(
    ("scene", "language", "model"),
    [("forest birds", "en", "seq2seq"), ("forest birds", "en", "transformer"), ("山水", "zh", "seq2seq")],
)
def test_a_scene_becomes_verse_whose_recipe_writes_it_again(
    versifier: Versifier, scene: str, language: str, model: str
) -> None:
    request = LyricsRequest(scene=scene, seed=3, lines=4, model=model, candidates=2)
    *steps, verse = versifier.write(request)
    assert isinstance(verse, Verse)
    decided = verse.recipe.request
    assert (decided.language, decided.model) == (language, model)
    assert verse.recipe.model_version.startswith(f"lyrics-{language}-{model}-")
    assert sum(len(stanza.lines) for stanza in verse.stanzas) == decided.lines == 4
    fractions = [step.fraction for step in steps if isinstance(step, Progress)]
    assert {step.stage for step in steps if isinstance(step, Progress)} == {Stage.COMPOSING}
    assert fractions[0] == 0.0
    assert fractions == sorted(fractions)
    assert 0.0 < fractions[-1] <= 1.0
    assert verse_of(versifier, decided) == verse
    assert Verse.from_plain(json.loads(json.dumps(verse.to_plain()))) == verse


def test_a_model_that_is_not_there_is_refused_by_name(versifier: Versifier) -> None:
    error = refusal(versifier, LyricsRequest(scene="山水", seed=1, model="transformer"))
    assert (type(error), error.reason) == (BadRequest, Reason.UNKNOWN_POET)
    assert error.values == {"value": "transformer", "known": "seq2seq"}


def test_what_is_no_scene_is_refused(versifier: Versifier) -> None:
    assert refusal(versifier, LyricsRequest(scene="...", seed=1)).reason is Reason.SCENE_WITHOUT_WORDS


def test_there_is_no_poet_where_there_are_no_weights(tmp_path: Path) -> None:
    error = refusal(Versifier(Poets(tmp_path, CPU)), FOREST)
    assert (type(error), error.reason) == (Unavailable, Reason.NO_POETS)


def test_a_language_without_a_poet_leaves_the_other_one_be(tmp_path: Path) -> None:
    save_poets(tmp_path, Language.ENGLISH, networks=("transformer",))
    versifier = Versifier(Poets(tmp_path, CPU))
    versifier.warm_up()
    assert verse_of(versifier, FOREST).recipe.request.model == "transformer"
    assert refusal(versifier, LyricsRequest(scene="山水", seed=1)).reason is Reason.NO_POETS


def test_altered_files_are_told_to_who_asks(tmp_path: Path) -> None:
    save_poets(tmp_path, Language.ENGLISH)
    versifier = Versifier(Poets(tmp_path, CPU))
    (tmp_path / "lyrics-en.neighbours").write_bytes(b"other")
    versifier.warm_up()
    error = refusal(versifier, FOREST)
    assert (type(error), error.reason) == (Unavailable, Reason.WEIGHTS_UNUSABLE)
