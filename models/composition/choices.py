"""What a request leaves open, chosen from its seed, its mood and the genre's habits.

Wishes that contradict each other lead to a sensible choice and a remark. Knows nothing of how notes
are written or heard.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.remarks import Remark, Topic
from domain.requests import ComposeRequest
from domain.score import Key, Metre, Mode
from models.composition.favours import Favours
from models.composition.length import fit_length
from models.composition.moods import (
    Meaning,
    contradicts,
    meaning_of,
    mood_register,
    mood_tempo,
    nearest_habits,
)
from models.composition.opening import Opening, open_with
from models.composition.subject import Subject, adapted, followed, remarks_on
from models.drafting import Model
from models.leanings import NO_LEANING, Leaning
from models.plans import Habit, Profile, draw, make_plan
from models.registry import Style
from models.scripts import Stated
from models.tokens import Plan

_PHRASE_BARS = 4
_PART_BARS = 8
_IN_PARTS = {Genre.REEL, Genre.JIG, Genre.SLIP_JIG, Genre.HORNPIPE, Genre.POLKA, Genre.RAGTIME}
"""Genres of which a phrase of four bars is less than half a part."""


@dataclass(frozen=True, slots=True)
class Choices:
    """A request with nothing left open, the plan that follows from it, and what is to be said of it."""

    request: ComposeRequest
    plan: Plan
    hold_seconds: float
    remarks: tuple[Remark, ...] = ()
    opening: Opening | None = None

    @property
    def stated(self) -> Stated | None:
        """What the piece begins with from its first bar line on; None where that is left to the model."""
        return None if self.opening is None else self.opening.stated


def choose(request: ComposeRequest, style: Style, model: Model, leaning: Leaning = NO_LEANING) -> Choices:
    """Fill in what the request leaves open, from its opening, its seed, its mood and the genre's habits.

    Every choice is drawn whether it is needed or not, so that filling one in changes no other: a
    recipe, which leaves nothing open, leads to the same plan. What was asked for goes before what its
    mood means, and that before what the leaning likes. Raises BadRequest for a genre not offered.
    """
    random = np.random.default_rng([request.seed, 1])
    meaning = meaning_of(request.mood)
    subject = None if request.opening is None else Subject.of(request.opening)
    wished = request
    if subject is not None:
        wished = followed(request, subject, style.genres, model.profiles, meaning)
    favours = Favours(leaning, wished.metre, wished.key.mode if wished.key else None, meaning)
    genre = _choose_genre(wished, style, model.profiles, favours=favours, random=random)
    profile = model.profiles[genre]
    key = _choose_key(wished, profile, genre, favours=favours, random=random)
    habit = _choose_habit(wished.metre, profile, genre, key, favours=favours, random=random)
    plan = make_plan(genre, habit, key=key, tempo=habit.tempo, bars=1)
    usual_tempo = mood_tempo(habit, meaning) * favours.tempo(habit, genre)
    length = fit_length(request.length_seconds, plan.metre, tempo=wished.tempo, usual_tempo=usual_tempo)
    plan = replace(
        plan,
        tempo=length.tempo,
        bars=length.bars,
        register=mood_register(plan.register, profile, meaning),
    )
    made = replace(request, genre=str(genre), key=key, metre=plan.metre, tempo=length.tempo)
    against_mood = contradicts(length.tempo, usual_tempo, meaning)
    remarks = (
        *_remarks_on_genre(request, plan, profile),
        *_remarks_on_mood(request, plan, meaning, tempo_contradicts=against_mood),
    )
    chosen = Choices(made, plan, length.hold_seconds, remarks)
    return chosen if subject is None else _opened(chosen, request, subject, profile, meaning)


def _opened(
    chosen: Choices, request: ComposeRequest, subject: Subject, profile: Profile, meaning: Meaning
) -> Choices:
    """The same choices for a piece that begins with the subject."""
    plan = adapted(chosen.plan, subject, profile, meaning)
    whole = subject.is_kept_whole(plan.genre, profile)
    opening = open_with(subject, plan, whole=whole)
    cut_bars = None if opening is None else opening.cut_bars
    remarks = remarks_on(request, subject, plan, whole=whole, bars=cut_bars)
    return replace(chosen, plan=plan, opening=opening, remarks=(*chosen.remarks, *remarks))


def _choose_genre(
    request: ComposeRequest,
    style: Style,
    profiles: Mapping[Genre, Profile],
    *,
    favours: Favours,
    random: np.random.Generator,
) -> Genre:
    offered = sorted(style.genres)
    metre, key, meaning = request.metre, request.key, favours.meaning
    # What comes first matters more: a wish that leaves no genre over is passed by.
    wishes: list[Callable[[Genre], bool]] = [
        lambda genre: metre is None or metre in profiles[genre].metres,
        lambda genre: key is None or key.mode in profiles[genre].modes,
        lambda genre: not meaning.genres or genre in meaning.genres,
        lambda genre: not meaning.metres or not set(meaning.metres).isdisjoint(profiles[genre].metres),
        lambda genre: meaning.mode is None or meaning.mode in profiles[genre].modes,
    ]
    fitting = offered
    for wish in wishes:
        fitting = list(filter(wish, fitting)) or fitting
    drawn = draw(fitting, [favours.of_genre(profiles[genre], genre) for genre in fitting], random)
    if request.genre is None:
        return drawn
    if request.genre not in offered:
        raise BadRequest(Reason.UNKNOWN_GENRE, value=request.genre, known=", ".join(offered))
    return Genre(request.genre)


def _choose_key(
    request: ComposeRequest, profile: Profile, genre: Genre, *, favours: Favours, random: np.random.Generator
) -> Key:
    modes, meaning = profile.modes, favours.meaning
    if request.metre in profile.metres:
        modes = {Mode(habit.mode) for habit in profile.habits if habit.metre == str(request.metre)}
    if meaning.mode is not None and meaning.mode in modes:
        modes = {meaning.mode}
    usual = profile.choose_key(random, modes=modes, favours=favours.of_modes(profile, genre))
    return request.key or usual


def _choose_habit(
    metre: Metre | None,
    profile: Profile,
    genre: Genre,
    key: Key,
    *,
    favours: Favours,
    random: np.random.Generator,
) -> Habit:
    """A habit in the mode of the key and the metre asked for, as far as the genre has such."""

    def drawn_of(habits: Sequence[Habit]) -> Habit:
        return draw(habits, [habit.works * favours.of_habit(habit, genre) for habit in habits], random)

    in_mode = [habit for habit in profile.habits if habit.mode == key.mode] or list(profile.habits)
    wished = [str(wished) for wished in favours.meaning.metres]
    by_metre = [habit for habit in in_mode if habit.metre in wished] or in_mode
    # Its metre is drawn first and by itself: a recipe has it filled in.
    drawn = drawn_of(by_metre).metre
    chosen = str(metre) if metre in profile.metres else drawn
    in_metre = [habit for habit in in_mode if habit.metre == chosen] or [
        habit for habit in profile.habits if habit.metre == chosen
    ]
    return drawn_of(nearest_habits(in_metre, favours.meaning))


def _remarks_on_genre(request: ComposeRequest, plan: Plan, profile: Profile) -> list[Remark]:
    genre = str(plan.genre)
    remarks: list[Remark] = []
    if request.metre not in (None, plan.metre):
        values = {"genre": genre, "asked": str(request.metre), "chosen": str(plan.metre)}
        remarks.append(Remark(Topic.METRE_OF_GENRE, values))
    if plan.key.mode not in profile.modes:
        remarks.append(Remark(Topic.MODE_OF_GENRE, {"genre": genre, "mode": str(plan.key.mode)}))
    if plan.bars < (_PART_BARS if plan.genre in _IN_PARTS else _PHRASE_BARS):
        values = {"genre": genre, "seconds": f"{request.length_seconds:g}", "bars": str(plan.bars)}
        remarks.append(Remark(Topic.SHORT_FOR_GENRE, values))
    return remarks


def _remarks_on_mood(
    request: ComposeRequest, plan: Plan, meaning: Meaning, *, tempo_contradicts: bool
) -> list[Remark]:
    mood = str(request.mood)
    remarks: list[Remark] = []
    if meaning.needs_mode and plan.key.mode != meaning.mode:
        values = {"key": str(plan.key), "mood": mood, "mode": str(meaning.mode)}
        remarks.append(Remark(Topic.KEY_OVER_MOOD, values))
    if tempo_contradicts:
        remarks.append(Remark(Topic.TEMPO_OVER_MOOD, {"tempo": f"{plan.tempo:g}", "mood": mood}))
    return remarks
