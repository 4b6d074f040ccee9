"""What a judging job does: has the judge consider music, and says why it thinks so, as remarks.

Music comes as notes, or as levels of sound, of which the notes are written down first. What counts how much
is said in `models.critic.opinions`.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from domain.clips import Progress, Stage
from domain.errors import BadRequest, Reason, Unavailable
from domain.genres import Genre
from domain.judgements import LIKELY, UNLIKELY, Judgement, JudgeRequest, Recording
from domain.remarks import Remark, Topic
from domain.score import Score
from domain.transformations import Source
from engine.craft.pictures import piano_roll, plain
from engine.craft.repertoire import Repertoire
from engine.craft.spectrograms import spectrogram
from models.composition.norms import Norm
from models.critic.opinions import SURPRISE, USUAL, Critique, Opinion, load_scales
from models.critic.sound import covered, transcribe
from models.critic.spectra import MEL_BANDS, SEMITONES, Spectra
from models.rnn.writing import RNNModel
from training.corpora.dictation import dictated
from training.rnn.surprise import surprise_at

_COMPOSER = "rnn"
"""The style that says how much it is surprised."""

MOST_REASONS = 4
MOST_GENRES = 3

_BLAMED = 0.6
"""How sure the network must be that a bar is spoilt for it to be named."""

_AMISS = 1.6
"""Deviations from the norm from which on a figure is worth a sentence."""

_LEAST_COVERED = 0.75
"""Of the moments with sound, notes must explain so much, between music (0.9 and more) and speech (0.7)."""

_HIGH = {
    "dissonance": Topic.JUDGED_DISSONANT,
    "repetition": Topic.JUDGED_REPEATS_MUCH,
    "range": Topic.JUDGED_WIDE,
    "notes a bar": Topic.JUDGED_DENSE,
    "intervals": Topic.JUDGED_STRIDES,
    "wide leaps": Topic.JUDGED_LEAPS,
    "empty bars": Topic.JUDGED_EMPTY,
    "voice crossing": Topic.JUDGED_CROSSES,
    "parallels": Topic.JUDGED_PARALLELS,
    SURPRISE: Topic.JUDGED_SURPRISING,
}
_LOW = {
    "scale": Topic.JUDGED_OUT_OF_SCALE,
    "repetition": Topic.JUDGED_REPEATS_LITTLE,
    "groove": Topic.JUDGED_UNEVEN,
    "range": Topic.JUDGED_NARROW,
    "notes a bar": Topic.JUDGED_SPARSE,
    "intervals": Topic.JUDGED_STEPS,
}
_SHARES = ("dissonance", "scale", "wide leaps", "empty bars", "voice crossing")
"""Figures that are told in hundredths."""


class Judging:
    """Judges with the judges of the repertoire."""

    def __init__(self, repertoire: Repertoire) -> None:
        self._repertoire = repertoire
        self._scales = load_scales()

    def judge(self, request: JudgeRequest) -> Iterator[Progress | Judgement]:
        """Progress, and the judgement at the end.

        Raises Unavailable where the weights for it are missing or can't be used, BadRequest
        (RECORDING_NO_MUSIC) for noise, speech and whatever else is not made of notes.
        """
        yield Progress(Stage.COMPOSING, 0.0)
        match request.music:
            case Source():
                yield self._judge_notes(request.music)
            case Recording():
                yield from self._judge_sound(request.music)

    def _judge_notes(self, source: Source) -> Judgement:
        second = self._repertoire.heard_sound_judge
        critique = Critique(
            self._repertoire.judge,
            self._scales["notes"],
            second=None if second is None else second.judge,
            surprise=self._surprise,
        )
        opinion = critique.consider(source.score, source.genre)
        return _judgement(
            source.title,
            source.score,
            opinion,
            picture=piano_roll(source.score, title=source.title),
            left_out=source.left_out,
            bars=True,
        )

    def _judge_sound(self, recording: Recording) -> Iterator[Progress | Judgement]:
        judges = self._repertoire.sound_judge
        spectra = spectra_of(recording)
        tones = transcribe(judges.ear, spectra)
        score = dictated(tones) if covered(tones, spectra) >= _LEAST_COVERED else None
        if score is None:
            raise BadRequest(Reason.RECORDING_NO_MUSIC)
        yield Progress(Stage.COMPOSING, 0.7)
        critique = Critique(
            judges.judge,
            self._scales["sound"],
            second=self._repertoire.gate.judge,
            surprise=self._surprise,
        )
        opinion = critique.consider(score)
        about = f"about {score.key}   ·   about {score.tempo:.0f} beats a minute"
        yield _judgement(
            recording.title,
            score,
            opinion,
            picture=spectrogram(spectra, title=plain(recording.title), about=about),
            left_out=recording.left_out,
            bars=False,
        )

    def _surprise(self, score: Score, genre: Genre) -> Mapping[str, float] | None:
        """What surprises the composer in a score; None where there is no composer to ask."""
        try:
            model = self._repertoire.needed(_COMPOSER).model
        except Unavailable:
            return None
        return surprise_at(model, score, genre) if isinstance(model, RNNModel) else None


def spectra_of(recording: Recording) -> Spectra:
    """The levels as arrays. Raises ValueError for bytes that are no whole rows."""
    semitones = np.frombuffer(recording.semitones, np.uint8).reshape(-1, SEMITONES)
    mel = np.frombuffer(recording.mel, np.uint8).reshape(-1, MEL_BANDS)
    return Spectra(semitones.copy(), mel.copy())  # torch wants arrays that can be written to


def _judgement(
    title: str, score: Score, opinion: Opinion, *, picture: bytes, left_out: tuple[Remark, ...], bars: bool
) -> Judgement:
    return Judgement(
        title=title,
        share=opinion.share,
        reasons=tuple(reasons_of(opinion, bars=score.bars if bars else 0)),
        genres=tuple(opinion.genres.items())[:MOST_GENRES],
        key=score.key,
        tempo=score.tempo,
        picture=picture,
        left_out=left_out,
    )


def reasons_of(opinion: Opinion, *, bars: int) -> list[Remark]:
    """What pulled the judgement up and down, the network's word first; a bar is named among several."""
    found = [_on_network(opinion)]
    if bars > 2 and opinion.worst_share >= _BLAMED and opinion.share < LIKELY:
        found.append(Remark(Topic.JUDGED_BAR, {"bar": str(opinion.worst_bar + 1)}))
    against = sorted(
        (name for name in opinion.figures if name in opinion.norms), key=lambda name: opinion.pulls[name]
    )
    for name in against:
        remark = _on_figure(name, opinion.figures[name], opinion.norms[name], opinion.genre)
        if remark is not None and len(found) < MOST_REASONS:
            found.append(remark)
    if len(found) == 1:
        found.append(Remark(Topic.JUDGED_USUAL, {"genre": str(opinion.genre)}))
    return found


def _on_network(opinion: Opinion) -> Remark:
    if opinion.share >= LIKELY:
        return Remark(Topic.JUDGED_FLOWS)
    return Remark(Topic.JUDGED_STRAYS if opinion.share <= UNLIKELY else Topic.JUDGED_BETWEEN)


def _on_figure(name: str, value: float, norm: Norm, genre: Genre) -> Remark | None:
    """A sentence about a figure that is far from its norm; None for what is usual or goes without saying."""
    if norm.distance(value) < max(_AMISS, USUAL):
        return None
    topic = (_HIGH if value > norm.mean else _LOW).get(name)
    if topic is None:
        return None
    return Remark(topic, {"value": _told(name, value), "usual": _told(name, norm.mean), "genre": str(genre)})


def _told(name: str, value: float) -> str:
    if name in _SHARES:
        return f"{value:.0%}"
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
