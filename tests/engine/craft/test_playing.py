from domain.clips import Progress, Stage
from domain.playings import Playing, PlayRequest
from engine.craft.playing import playing
from engine.intake.clip_files import composition_of, read_score
from engine.worker import begin
from tests.engine.craft.listening import decoded
from tests.engine.craft.pieces import chorale
from tests.engine.toys import Toy

TUNE = chorale(program=0, tempo=160, bars=2)


def test_a_score_is_played_as_it_stands() -> None:
    steps = playing(TUNE, title="晨")
    told: list[Progress] = []
    while True:
        try:
            told.append(next(steps))
        except StopIteration as end:
            played: Playing = end.value
            break
    samples, rate = decoded(played.audio)
    assert abs(len(samples) / rate - played.seconds) < 0.01
    assert TUNE.seconds < played.seconds < TUNE.seconds + 3.1
    assert played.picture.startswith(b"\x89PNG")
    read = composition_of(read_score(played.midi), None)
    for part, written in zip(read.parts, TUNE.parts, strict=True):
        assert [(note.onset, note.pitch) for note in part.notes] == [
            (note.onset, note.pitch) for note in written.notes
        ]
    fractions = [step.fraction for step in told]
    assert {step.stage for step in told} == {Stage.RENDERING}
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] <= 1


def test_the_engine_knows_the_request(tmp_path) -> None:
    *_, played = begin(Toy(tmp_path, None), PlayRequest(title="Dawn", score=TUNE))
    assert isinstance(played, Playing)
    assert played.seconds == TUNE.seconds
