"""That everybody has something to play, and that what they play on is in tune and heard, as measured."""

import numpy as np
import pytest

from domain.ensembles import Ensemble
from domain.genres import Genre
from domain.score import Note
from engine.craft.instruments import Instrument, family_for, lineup_for, named
from engine.craft.rendering import SAMPLE_RATE, render
from tests.engine.craft.pieces import of_notes

ACCORDION = Instrument("Accordion", 21, 76, 84)

SECTIONS = ("Strings", "Brass")
"""Many who play at once are never quite at one pitch."""

ENSEMBLES = (None, *Ensemble)


def everyone() -> list[Instrument]:
    """Each program with the whole range in which anyone plays it."""
    players: list[Instrument] = []
    for genre in Genre:
        for ensemble in ENSEMBLES:
            family = family_for(genre, ensemble)
            players += [*family.members, *([family.wide] if family.wide else [])]
            if lineup := lineup_for(genre, ensemble):
                players += [lineup.lead, lineup.chords, lineup.bass]
    return [
        Instrument(
            next(player.name for player in players if player.program == program),
            program,
            min(player.lowest for player in players if player.program == program),
            max(player.highest for player in players if player.program == program),
        )
        for program in sorted({player.program for player in players})
    ]


def heard(player: Instrument, pitches: list[int]) -> list[tuple[float, float]]:
    """Cents off and level in dB of each pitch, held for half a second. In tune is where harmonics add up."""
    notes = (Note(36 * place, pitch, 12) for place, pitch in enumerate(pitches))
    score = of_notes(*notes, program=player.program, tempo=60, bars=len(pitches))
    samples = render(score).samples.mean(axis=1)
    found: list[tuple[float, float]] = []
    for place, pitch in enumerate(pitches):
        first = round(3 * place * SAMPLE_RATE)
        sound = samples[first + 4800 : first + 28800]
        spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 17))
        tuning = np.arange(-80, 81)
        fundamentals = 440 * 2 ** ((pitch - 69) / 12 + tuning / 1200)
        comb = np.rint(np.outer(np.arange(1, 7), fundamentals) * (1 << 17) / SAMPLE_RATE).astype(int)
        comb = np.minimum(comb, len(spectrum) - 1)
        cents = float(tuning[spectrum[comb].sum(axis=0).argmax()])
        found.append((cents, float(20 * np.log10(np.sqrt((sound**2).mean()) + 1e-9))))
    return found


@pytest.mark.parametrize("player", everyone(), ids=lambda player: player.name)
def test_everyone_is_in_tune_and_heard_over_their_range(player: Instrument) -> None:
    pitches = [round(pitch) for pitch in np.linspace(player.lowest, player.highest, 5)]
    sounds = heard(player, pitches)
    tolerance = 20 if player.name in SECTIONS else 15
    assert all(abs(cents) <= tolerance for cents, _ in sounds), sounds
    levels = [level for _, level in sounds]
    assert max(levels) - min(levels) < 20, sounds


def test_the_accordion_is_why_tuning_is_measured() -> None:
    assert any(abs(cents) > 30 for cents, _ in heard(ACCORDION, [76, 79, 84]))


@pytest.mark.parametrize("genre", Genre)
@pytest.mark.parametrize("ensemble", ENSEMBLES)
def test_written_parts_have_players_with_names_of_their_own(genre: Genre, ensemble: Ensemble | None) -> None:
    members = family_for(genre, ensemble).members
    players = [members[place % len(members)] for place in range(6)]
    assert len(set(named(players))) == 6


@pytest.mark.parametrize("genre", Genre)
@pytest.mark.parametrize("ensemble", ENSEMBLES)
def test_accompanists_have_room(genre: Genre, ensemble: Ensemble | None) -> None:
    lineup = lineup_for(genre, ensemble)
    if lineup is None:
        assert genre not in (Genre.REEL, Genre.JIG, Genre.SLIP_JIG, Genre.HORNPIPE, Genre.POLKA, Genre.FOLK)
        return
    assert lineup.chords.highest - lineup.chords.lowest >= 14
    assert lineup.bass.highest - lineup.bass.lowest >= 11
    assert lineup.bass.lowest < lineup.chords.lowest < lineup.lead.highest - 12
    if lineup.is_one_player:
        assert lineup.bass.highest < lineup.chords.lowest


def test_only_some_ensembles_drum_and_only_in_dances() -> None:
    quiet = (
        Ensemble.CHOIR,
        Ensemble.STRINGS,
        Ensemble.MUSIC_BOX,
        Ensemble.ORGAN,
        Ensemble.HARP,
        Ensemble.PIANO,
    )
    for ensemble in Ensemble:
        reel, folk = lineup_for(Genre.REEL, ensemble), lineup_for(Genre.FOLK, ensemble)
        assert reel is not None
        assert folk is not None
        assert ensemble not in quiet or reel.kit is None
        assert folk.kit is None


def test_players_are_named_as_in_a_programme() -> None:
    (voice,), (piano,) = family_for(Genre.CHORALE, None).members, family_for(Genre.CLASSICAL, None).members
    assert named([voice] * 4) == ("Soprano", "Alto", "Tenor", "Bass")
    assert named([voice] * 2) == ("Voice 1", "Voice 2")
    assert named([piano] * 2) == ("Piano, right hand", "Piano, left hand")
    assert named([voice, piano, piano]) == ("Voice", "Piano, right hand", "Piano, left hand")
