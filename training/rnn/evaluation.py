"""How good a trained recurrent composer is: its likelihood of unseen works, and its own pieces measured.

Knows the model and the corpora; what the figures mean is in `training.evaluation`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import torch
from rich.progress import track

from domain.genres import Genre
from domain.requests import DEFAULT_TEMPERATURE
from domain.score import Score
from models.plans import Profile
from models.rnn.network import TwoStageRNN
from models.rnn.writing import TOP_P, write
from models.tokens import VOCABULARY, TokenSequence, decode, mean_pitch, plan_of
from training.corpora.works import Work
from training.drafts import draw_plans
from training.evaluation.checks import checks
from training.evaluation.evaluation import Evaluation, Likelihood, evaluate_scores
from training.evaluation.ngram import fit_floors
from training.rnn.teaching import as_piece, encode_works, total_nll

PIECES = 200
"""Pieces generated for each genre."""

BARS = 16
_BATCH = 50


def count_profiles(works: Iterable[Work]) -> dict[Genre, Profile]:
    """What the training works of each genre are usually like."""
    genres: dict[Genre, list[Score]] = {}
    for work in works:
        if work.split == "train":
            genres.setdefault(work.genre, []).append(work.score)
    return {
        genre: Profile.count((plan_of(score, genre), mean_pitch(score)) for score in scores)
        for genre, scores in sorted(genres.items())
    }


def generate(
    network: TwoStageRNN, profile: Profile, genre: Genre, *, pieces: int = PIECES, bars: int = BARS
) -> list[Score]:
    """Pieces as the bot would write them, keys and layouts drawn from the genre's habits; fixed seeds."""
    plans = draw_plans(profile, genre, pieces=pieces, bars=bars)
    scores: list[Score] = []
    for start in range(0, pieces, _BATCH):
        batch = plans[start : start + _BATCH]
        seeds = range(start, start + len(batch))
        scores += map(decode, write(network, batch, seeds, temperature=DEFAULT_TEMPERATURE, top_p=TOP_P))
    return scores


def likelihoods(
    network: TwoStageRNN, works: Sequence[Work], genres: Sequence[Genre], device: torch.device
) -> dict[Genre, Likelihood]:
    """NLL of each genre's test works in nats a note, beside the strongest n-gram's.

    Which n-gram that is, its order and whether it learnt the genre's own works or all, is chosen
    genre by genre on the validation works.
    """
    flat: dict[str, dict[Genre, list[list[int]]]] = {"train": {}, "valid": {}}
    for split, genre in product(flat, genres):
        flat[split][genre] = [sequence.flat for sequence in _sequences(works, genre, split)]
    floors = fit_floors(flat["train"], flat["valid"], vocabulary=VOCABULARY)
    found: dict[Genre, Likelihood] = {}
    for genre, floor in floors.items():
        test = _sequences(works, genre, "test")
        notes = sum(_notes(sequence) for sequence in test)
        nll = sum(total_nll(network, [as_piece(sequence) for sequence in test], device))
        floor_nll = sum(floor.nll(sequence.flat) for sequence in test)
        found[genre] = Likelihood(nll / notes, floor_nll / notes, floor.order, notes)
    return found


def _sequences(works: Sequence[Work], genre: Genre, split: str) -> list[TokenSequence]:
    return encode_works([work for work in works if work.genre == genre], split)


def _notes(sequence: TokenSequence) -> int:
    return sum(len(moment) // 2 for moment in sequence.moments)


def evaluate(
    network: TwoStageRNN,
    profiles: Mapping[Genre, Profile],
    works: Sequence[Work],
    genres: Sequence[Genre],
    *,
    pieces: int = PIECES,
) -> Iterator[Evaluation]:
    """Everything the evaluation prints: of all the genres given, then of those that met every bar.

    The second look differs from the first where the classifier has fewer genres to tell apart; looks
    follow until every genre left meets its bars.
    """
    generated = {
        genre: generate(network, profiles[genre], genre, pieces=pieces)
        for genre in track(genres, description="writing", transient=True)
    }
    found = likelihoods(network, works, genres, next(network.parameters()).device)
    while generated:
        evaluation = evaluate_scores(
            generated, works, likelihoods={genre: found[genre] for genre in generated}
        )
        yield evaluation
        dropped = failing(evaluation)
        if not dropped:
            return
        generated = {genre: scores for genre, scores in generated.items() if genre not in dropped}


def failing(evaluation: Evaluation) -> set[Genre]:
    """The genres that miss a bar; where only the bar over all is missed, the one that drags it down most."""
    missed = {check.subject for check in checks(evaluation) if not check.met}
    genres = {genre for genre in evaluation.genres if genre in missed}
    if missed and not genres:
        genres = {min(evaluation.genres, key=evaluation.confusion.recall)}
    return genres
