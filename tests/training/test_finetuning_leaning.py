"""Leanings are found in votes where there are any, and what they foretell is of votes they did not see."""

from dataclasses import replace

import numpy as np
import pytest

from domain.finetuning import Lesson, Preferred
from domain.genres import Genre
from domain.requests import ComposeRequest
from domain.score import Key, Metre, Mode, Note, Part, Score
from domain.verses import Language, LyricsRequest, Verse, VerseForm, VerseLine, VerseRecipe, VerseStanza
from models.leanings import Leaning
from tests.models.vaes import tiny_model
from training.finetuning.leaning import Fitted, fit_leaning, folds_of
from training.finetuning.listeners import Listener, hear
from training.finetuning.vae import LatentView, fit_latent, latents_of

GENRES = (Genre.REEL, Genre.CHORALE, Genre.HYMN)


def piece(random: np.random.Generator) -> Score:
    metre, pitches = Metre(4, 4), 60 + np.cumsum(random.integers(-3, 4, 32)).clip(-12, 12)
    notes = tuple(Note(6 * at, int(pitch), 6) for at, pitch in enumerate(pitches))
    mode = Mode.MINOR if random.random() < 0.5 else Mode.MAJOR
    tempo = float(random.uniform(60, 180))
    return Score(Key(0, mode), metre, tempo, 4, (Part("tune", 0, notes),))


def lessons(count: int = 60, *, taste: float = 2.0) -> list[Lesson]:
    """Votes for what is in minor and slow, as far as there is a taste."""
    random = np.random.default_rng(3)
    made: list[Lesson] = []
    for number in range(count):
        score, genre = piece(random), GENRES[number % 3]
        felt = taste * (float(score.key.mode == Mode.MINOR) - 0.5 - (score.tempo - 120) / 60)
        vote = 1.0 if felt + random.standard_normal() > 0 else -1.0
        request = ComposeRequest(style="rnn", seed=number, genre=str(genre))
        made.append(Lesson(work_id=100 + number, request=request, made=score, approval=vote, voters=1))
    return made


VOTED = lessons()


def agreement(fitted: Fitted, voted: list[Lesson]) -> float:
    """The correlation of what was expected of works with how they were liked."""
    expected = [fitted.expected[lesson.work_id] for lesson in voted]
    return float(np.corrcoef(expected, [lesson.approval for lesson in voted])[0, 1])


def test_a_taste_is_found_and_foretells_votes_that_it_was_not_learned_from():
    fitted = fit_leaning(VOTED)
    assert isinstance(fitted.leaning, Leaning)
    assert fitted.leaning.likings["minor"].weight > 0.3
    assert fitted.leaning.likings["pace"].weight + fitted.leaning.likings["speed"].weight < -0.3
    assert agreement(fitted, VOTED) > 0.5
    assert fit_leaning(VOTED).leaning == fitted.leaning


def test_votes_without_a_taste_foretell_nothing():
    agreements: list[float] = []
    for turn in range(12):
        votes = np.random.default_rng(turn).permutation([lesson.approval for lesson in VOTED])
        shuffled = [replace(one, approval=float(vote)) for one, vote in zip(VOTED, votes, strict=True)]
        agreements.append(agreement(fit_leaning(shuffled), shuffled))
    assert np.mean(agreements) < 0.1
    assert max(agreements) < 0.4


def test_a_works_own_vote_has_no_say_in_what_is_expected_of_it():
    turned = [replace(VOTED[0], approval=-VOTED[0].approval), *VOTED[1:]]
    fold = folds_of([lesson.work_id for lesson in VOTED])
    before, after = fit_leaning(VOTED).expected, fit_leaning(turned).expected
    same = [one.work_id for one, each in zip(VOTED, fold, strict=True) if each == fold[0]]
    assert [before[work] for work in same] == pytest.approx([after[work] for work in same])
    assert before != after


def test_picks_alone_say_as_much():
    unvoted = [replace(lesson, approval=0.0, voters=0) for lesson in VOTED]
    liked = [lesson.work_id for lesson in VOTED if lesson.approval > 0]
    disliked = [lesson.work_id for lesson in VOTED if lesson.approval < 0]
    picks = [Preferred(one, other) for one, other in zip(liked, disliked, strict=False)]
    fitted = fit_leaning(unvoted, [*picks, Preferred(liked[0], 999)])
    assert fitted.leaning is not None
    assert fitted.leaning.likings["minor"].weight > 0.2


def test_nothing_comes_of_no_music():
    assert fit_leaning([]).leaning is None
    empty = replace(VOTED[0], made=replace(piece(np.random.default_rng(1)), parts=()))
    assert fit_leaning([empty]).expected == {}


def test_the_latent_space_tells_only_what_is_not_known_yet():
    model = tiny_model()
    silent = replace(VOTED[0], work_id=1, made=replace(piece(np.random.default_rng(1)), parts=()))
    view = LatentView.of(model, dict(latents_of(model, [*VOTED, silent])))
    assert view.places.keys() == {lesson.work_id for lesson in VOTED}
    direction, expected = fit_latent(view, VOTED, known={})
    known = {lesson.work_id: 9.0 * lesson.approval for lesson in VOTED}
    assert direction is None or direction.shape == model.latents.shape[1:]
    assert set(expected) <= set(known)
    assert fit_latent(view, VOTED, known=known) == (None, {})


def test_listeners_differ_and_are_of_one_mind_with_themselves():
    random = np.random.default_rng(5)
    pieces = [(piece(random), GENRES[number % 3]) for number in range(40)]
    first, again, other = (Listener.drawn(seed, pieces) for seed in (1, 1, 2))
    scores = np.array([[each.score(*one) for one in pieces] for each in (first, again, other)])
    assert np.array_equal(scores[0], scores[1])
    assert abs(np.corrcoef(scores[0], scores[2])[0, 1]) < 0.9
    assert scores.mean(1) == pytest.approx(0, abs=1e-9)
    assert scores.std(1) == pytest.approx(1)
    votes = [first.vote(*one, np.random.default_rng(n)) for n, one in enumerate(pieces)]
    assert set(votes) <= {1, 2, 3, 4, 5}
    assert np.corrcoef(votes, scores[0])[0, 1] > 0.5


def test_hearing_is_of_sound_and_not_of_names():
    slow = piece(np.random.default_rng(1))
    assert hear(replace(slow, tempo=2 * slow.tempo))[1:3] - hear(slow)[1:3] == pytest.approx([1, 1])
    assert hear(replace(slow, key=Key(0, Mode.MAJOR))) == pytest.approx(
        hear(replace(slow, key=Key(0, Mode.MINOR)))
    )


def rhyme(random: np.random.Generator, number: int) -> Verse:
    """Four lines, with couplets or without, and an exclamation or none."""
    couplets, exclaims = random.random(2) < 0.5
    letters = "AABB" if couplets else "ABAB"
    mark = "!" if exclaims else "."
    lines = tuple(VerseLine(f"The silent river{mark}", 5, letter) for letter in letters)
    request = LyricsRequest(
        scene="river", seed=number, language=Language.ENGLISH, lines=4, form=VerseForm.QUATRAINS, model="m"
    )
    recipe = VerseRecipe(request=request, model_version="m-1")
    return Verse(title="", recipe=recipe, stanzas=(VerseStanza(lines),))


def test_a_taste_in_verse_is_found_beside_one_in_music() -> None:
    random = np.random.default_rng(9)
    voted: list[Lesson] = []
    for number in range(40):
        verse = rhyme(random, number)
        approval = 1.0 if verse.stanzas[0].lines[1].rhyme == "A" else -1.0
        request = verse.recipe.request
        voted.append(Lesson(work_id=number, request=request, made=verse, approval=approval, voters=1))
    fitted = fit_leaning([*voted, *VOTED])
    assert isinstance(fitted.leaning, Leaning)
    assert fitted.leaning.likings["en couplets"].weight > 0.5
    assert abs(fitted.leaning.likings["en exclaims"].weight) < 0.3
    assert fitted.leaning.likings["minor"] == (fit_leaning(VOTED).leaning or Leaning({})).likings["minor"]
    assert Leaning.from_plain(fitted.leaning.to_plain()).likings.keys() == fitted.leaning.likings.keys()
    assert agreement(fitted, voted) > 0.9
