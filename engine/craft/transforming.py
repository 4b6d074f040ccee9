"""What a transforming job does: have a model make something of music there is, and finish that as a clip.

Which model does what is said here; how it does it, in `models.composition`. The music comes with the
request, so nothing is read.
"""

from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from domain.clips import Clip, Progress, Stage
from domain.errors import BadRequest, Reason
from domain.genres import Genre
from domain.remarks import Remark, Topic
from domain.transformations import (
    AccompanyRequest,
    BlendRequest,
    RestyleRequest,
    Source,
    Transformation,
    VaryRequest,
)
from engine.craft.finishing import Piece, finish
from engine.craft.repertoire import Repertoire
from engine.craft.titles import title_of_transformation
from models.composition.accompanying import Accompanying
from models.composition.blending import blend, morph, vary
from models.composition.restyling import restyle
from models.composition.transformation import Transformed
from models.gan.drafting import GANModel
from models.lanes import Simplified
from models.style_transfer.files import Restyler
from models.vae.drafting import VAEModel
from models.vae.units import is_readable

_Taught = TypeVar("_Taught", BlendRequest, VaryRequest, AccompanyRequest)


@dataclass(frozen=True, slots=True)
class _Made:
    """What a model made; the request with the genre that it is played as, and the model's version."""

    request: Transformation
    genre: Genre
    version: str
    piece: Transformed
    remarks: tuple[Remark, ...] = ()


class Transformer:
    """Blends, varies, accompanies and restyles with the models of the repertoire."""

    def __init__(self, repertoire: Repertoire) -> None:
        self._repertoire = repertoire

    def transform(self, request: Transformation) -> Iterator[Progress | Clip]:
        """Progress, in short steps, and the clip at the end.

        Raises Unavailable where the weights for it are missing or can't be used, BadRequest for a genre that
        the model does not offer or a metre that it can't work in.
        """
        yield Progress(Stage.COMPOSING, 0.0)
        made = yield from self._make(request)
        yield Progress(Stage.COMPOSING, 1.0)
        judged = self._repertoire.judgement
        before = request.source if isinstance(request, RestyleRequest) else None
        yield from finish(
            Piece(
                score=made.piece.score,
                genre=made.genre,
                title=title_of_transformation(request, made.genre),
                request=made.request,
                model_version=made.version,
                judgement=judged(made.piece.score, made.genre),
                source_judgement=None if before is None else judged(before.score, before.genre),
                remarks=(*made.remarks, *_remarks(request, made.piece)),
            )
        )

    def _make(self, request: Transformation) -> Generator[Progress, None, _Made]:
        match request:
            case BlendRequest():
                return self._blend(request)
            case VaryRequest():
                return self._vary(request)
            case AccompanyRequest():
                return (yield from self._accompany(request))
            case RestyleRequest():
                return self._restyle(request)

    def _blend(self, request: BlendRequest) -> _Made:
        model, _, remarks = self._repertoire.transformer(request.style, VAEModel, request.adapter)
        first, second = request.first, request.second
        nearer = second if (request.ratio or 0.0) > 0.5 else first
        _check_metre(nearer)
        if request.ratio is None:
            piece = morph(model, first.score, second.score, seed=request.seed)
        else:
            piece = blend(model, first.score, second.score, ratio=request.ratio, seed=request.seed)
        made = _as_made(request, remarks)
        return _Made(made, nearer.genre or piece.plan.genre, model.version, piece, remarks)

    def _vary(self, request: VaryRequest) -> _Made:
        model, _, remarks = self._repertoire.transformer(request.style, VAEModel, request.adapter)
        _check_metre(request.source)
        piece = vary(model, request.source.score, amount=request.amount, seed=request.seed)
        made = _as_made(request, remarks)
        return _Made(made, request.source.genre or piece.plan.genre, model.version, piece, remarks)

    def _accompany(self, request: AccompanyRequest) -> Generator[Progress, None, _Made]:
        model, offered, remarks = self._repertoire.transformer(request.style, GANModel, request.adapter)
        genre = _choose_genre(request, offered)
        accompanying = Accompanying(model, request.source.score, genre=genre, seed=request.seed)
        while not accompanying.finished:
            accompanying.advance()
            yield Progress(Stage.COMPOSING, accompanying.fraction)
        made = replace(_as_made(request, remarks), genre=str(genre))
        return _Made(made, genre, model.version, accompanying.piece(), remarks)

    def _restyle(self, request: RestyleRequest) -> _Made:
        model, offered, _ = self._repertoire.transformer(request.style, Restyler)
        genre = _asked_genre(request.genre, offered)
        piece = restyle(model, request.source.score, genre=genre, seed=request.seed)
        return _Made(request, genre, model.version, piece)


def _as_made(request: _Taught, remarks: tuple[Remark, ...]) -> _Taught:
    """The request that names what met it: with remarks, the shipped model."""
    return replace(request, adapter=None) if remarks else request


def _check_metre(source: Source) -> None:
    """Raises BadRequest for a source whose bars can't be cut into what the autoencoder reads."""
    metre = source.score.metre
    if not is_readable(metre):
        raise BadRequest(Reason.UNWORKABLE_METRE, title=source.title, metre=metre)


def _choose_genre(request: AccompanyRequest, offered: Collection[Genre]) -> Genre:
    """What was asked for, or else the source's own genre, or one drawn from the seed."""
    if request.genre is not None:
        return _asked_genre(request.genre, offered)
    own = request.source.genre
    if own is not None and own in offered:
        return own
    return sorted(offered)[np.random.default_rng(request.seed).integers(len(offered))]


def _asked_genre(name: str, offered: Collection[Genre]) -> Genre:
    if name not in offered:
        raise BadRequest(Reason.GENRE_NOT_OFFERED, value=name, known=", ".join(sorted(offered)))
    return Genre(name)


def _remarks(request: Transformation, piece: Transformed) -> tuple[Remark, ...]:
    """What the sources had and the piece has not, and what was done about it."""
    left_out: list[Remark] = []
    for source in request.sources:  # which may be one and the same
        left_out += [remark for remark in source.left_out if remark not in left_out]
    differ: list[Remark] = []
    if isinstance(request, BlendRequest) and request.first.score.metre != request.second.score.metre:
        values = {
            "first": request.first.title,
            "first_metre": str(request.first.score.metre),
            "second": request.second.title,
            "second_metre": str(request.second.score.metre),
            "chosen": str(piece.score.metre),
        }
        differ = [Remark(Topic.METRES_DIFFER, values)]
    return (*left_out, *differ, *_simplifications(piece.simplified))


def _simplifications(simplified: Simplified) -> Iterator[Remark]:
    counts = {
        Topic.TOO_DENSE: simplified.dropped,
        Topic.OUT_OF_RANGE: simplified.folded,
        Topic.OFF_GRID: simplified.moved,
    }
    for topic, notes in counts.items():
        if notes:
            yield Remark(topic, {"notes": str(notes), "heard": str(simplified.heard)})
