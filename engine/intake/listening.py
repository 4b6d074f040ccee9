"""The melody of a stranger's recording as a composition: hummed, whistled or played by one instrument.

Child side, and slow to load. What is heard becomes notes in quarters, and goes on as a MIDI file's do.
"""

from dataclasses import replace

from domain.errors import BadRequest, Reason
from domain.remarks import Remark, Topic
from engine.intake.beats import find_beats
from engine.intake.hearing import hear_notes
from engine.intake.messages import Intake
from engine.intake.metres import find_bars
from engine.intake.pitch_tracks import track_pitch
from engine.intake.recordings import SAMPLE_RATE, decode
from engine.intake.uploads import take_midi
from training.corpora.midi import Midi, TimedNote, Track

MAX_SECONDS = 60
MIN_SECONDS = 1


def take_recording(content: bytes, *, title: str) -> Intake:
    """The melody in the first minute of a recording, in the metre, tempo and key that it seems to have.

    Raises BadRequest (RECORDING_..., NOT_A_RECORDING), where there is no melody too.
    """
    # A little more than what is used tells whether something was left out.
    samples = decode(content, max_seconds=MAX_SECONDS + 0.5)
    if len(samples) < MIN_SECONDS * SAMPLE_RATE:
        raise BadRequest(Reason.RECORDING_TOO_SHORT, limit=MIN_SECONDS)
    most = MAX_SECONDS * SAMPLE_RATE
    beaten = find_beats(hear_notes(track_pitch(samples[:most])))
    metre, later = find_bars(beaten.notes)
    notes = tuple(TimedNote(note.onset + later, note.end + later, note.pitch) for note in beaten.notes)
    midi = Midi(
        tracks=(Track("Melody", 0, is_drum=False, notes=notes),),
        metres=((0.0, metre),),
        keys=(),
        tempos=((0.0, beaten.tempo),),
    )
    intake = take_midi(midi, title=title, closes=False)
    if len(samples) <= most:
        return intake
    cut = Remark(Topic.RECORDING_CUT, {"title": title, "limit": str(MAX_SECONDS)})
    return replace(intake, left_out=(cut, *intake.left_out))
