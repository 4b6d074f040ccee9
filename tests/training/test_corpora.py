"""Reading, splitting, keeping and crediting works, from upstreams small enough to write here."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import symusic

from domain.genres import Genre
from domain.score import Key, Metre, Mode, Note, Part, Score
from training.corpora.abc import AbcError, read_abc
from training.corpora.archives import CRE, ArchiveError, find_upstream, read_files, verify
from training.corpora.credits import credits_markdown
from training.corpora.families import assign_splits, group
from training.corpora.midi import KeySignature, TimedNote
from training.corpora.music_xml import MusicXmlError, read_music_xml
from training.corpora.prepare import LICENCES_FILE, prepare
from training.corpora.sections import sections
from training.corpora.works import SPLITS, WORKS_FILE, Work, load_works, save_works
from training.corpora.written import Staff, Written


def make_work(number: int, *, seed: int | None = None, genre: Genre = Genre.REEL) -> Work:
    """A tune of 64 eighths whose pitches follow a rule that depends on `seed`."""
    seed = number if seed is None else seed
    pitches = [60 + (seed * 7 + place * place * (seed % 11 + 1)) % 19 for place in range(64)]
    notes = tuple(Note(6 * place, pitch, 6) for place, pitch in enumerate(pitches))
    score = Score(Key(2, Mode.MINOR), Metre(4, 4), 200.0, 8, (Part("melody", 40, notes),))
    name = f"test/{number}"
    return Work(name, f"Tune {number}", "nobody", "CRÉ", "a.mid", "CC BY 4.0", genre, "", name, score)


def test_works_are_read_back_as_they_were(tmp_path: Path):
    works = [make_work(1), replace(make_work(2), title="Táin Bó „2“", split="judge", genre=Genre.SLIP_JIG)]
    save_works(tmp_path / "new" / "works.jsonl.gz", works)
    assert load_works(tmp_path / "new" / "works.jsonl.gz") == works


def test_the_same_works_are_the_same_bytes(tmp_path: Path):
    for name in ("one", "two"):
        save_works(tmp_path / name, [make_work(1)])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_splits_share_out_every_genre_and_do_not_depend_on_order():
    works = [make_work(number) for number in range(100)]
    works += [make_work(number, genre=Genre.JIG) for number in range(100, 140)]
    split = {work.id: work.split for work in assign_splits(works)}
    assert {work.id: work.split for work in assign_splits(works[::-1])} == split
    for genre, size in ((Genre.REEL, 100), (Genre.JIG, 40)):
        counts = [sum(split[work.id] == name for work in works if work.genre == genre) for name in SPLITS]
        assert counts == [round(size * share) for share in (0.80, 0.05, 0.10, 0.05)]


def test_near_duplicates_share_a_split_and_duplicates_go():
    original, other = make_work(3), make_work(4)
    notes = original.score.parts[0].notes
    higher = tuple(Note(note.onset, note.pitch + 5, note.duration) for note in notes)
    changed = (*notes[:40], *(Note(note.onset, note.pitch ^ 3, note.duration) for note in notes[40:]))
    copies = [
        replace(original, id=name, family=name, score=replace(original.score, parts=(Part("a", 0, line),)))
        for name, line in (("test/transposed", higher), ("test/variant", changed))
    ]
    grouped = group([original, other, *copies])
    assert [work.id for work in grouped.works] == [original.id, other.id, "test/variant"]
    assert (grouped.duplicates, grouped.joined) == (1, 2)
    families = {work.id: work.family for work in grouped.works}
    assert families[original.id] == families["test/variant"] != families[other.id]


def test_a_changed_archive_is_refused(tmp_path: Path):
    archive = tmp_path / f"{CRE.stem}.tar.xz"
    archive.write_bytes(b"not what it was")
    with pytest.raises(ArchiveError, match=f"{CRE.stem}.tar.xz has sha256 .*, not {CRE.sha256}"):
        verify(find_upstream(tmp_path, CRE), CRE)


def test_a_missing_archive_is_named_with_its_upstream(tmp_path: Path):
    with pytest.raises(ArchiveError, match=r"cre-9d8ccf9\.tar\.xz.*git clone https://github\.com/polifonia"):
        find_upstream(tmp_path, CRE)


def test_nothing_is_written_when_an_archive_is_wrong(tmp_path: Path):
    write_upstreams(tmp_path)
    (tmp_path / "Lieder").rename(tmp_path / "elsewhere")
    (tmp_path / "lieder-bca1224.tar.xz").write_bytes(b"")
    with pytest.raises(ArchiveError, match="lieder"):
        prepare(archives=tmp_path, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


HYMN = """\
%OHCOMPOSER Nobody, Ann (1800-1850)
T: A Hymn
C: copyright: public domain.
M: 4/4 % time signature
L: 1/4
K: G
[V: S1V1] [Q:1/4=90] D | G G A B | c3/2 B/ A !fermata!G- | G ^c d (3B/A/G/ | A2
[V: S1V2] D | D D D D | E3/2 D/ C B, | B, E D D | D2
[V: S2V1] B, | B, B, D D | E3/2 D/ C B, | B, A, F, G, | F,2
[V: S2V2] G, | G, G, F, G, | C3/2 G,/ A, E, | E, A, D, G, | D,2
[V: S1V1] A B | c B A G | F G A D | G4- | G3 |]
[V: S1V2] D D | E D C B, | D D C C | B,4- | B,3 |]
[V: S2V1] F, G, | A, G, F, G, | A, G, F, F, | G,4- | G,3 |]
[V: S2V2] D, D, | C, D, D, E, | D, B,, C, D, | G,4- | G,3 |]
"""


def test_abc_gives_pitches_lengths_and_bar_lines():
    tune = read_abc(HYMN)
    soprano = tune.voices["S1V1"]
    assert (str(tune.metre), tune.signature, tune.tempo) == ("4/4", KeySignature(1, minor=False), 90)
    assert soprano.bar_lines == [1, 5, 9, 13, 17, 21, 25, 29, 32]
    assert soprano.notes[5:7] == [TimedNote(5, 6.5, 72), TimedNote(6.5, 7, 71)]
    assert TimedNote(8, 10, 67) in soprano.notes  # tied over the bar line
    assert [note.pitch for note in soprano.notes if 10 <= note.onset < 12] == [73, 74]
    assert [round(note.onset, 3) for note in soprano.notes if 12 <= note.onset < 13] == [12, 12.333, 12.667]
    assert TimedNote(18, 19, 71) in soprano.notes
    assert [note.pitch for note in soprano.notes if 21 <= note.onset < 22] == [66]  # F in G major


def test_abc_outside_the_known_part_is_refused():
    with pytest.raises(AbcError, match="unknown notation"):
        read_abc("L: 1/4\nK: C\n[V: 1] C D # E |")


def test_a_piece_is_cut_where_metre_or_key_changes():
    waltz = [TimedNote(beat, beat + 1, 67 + 5 * (beat % 3 == 0)) for beat in range(36)]
    march = [TimedNote(36 + beat, 37 + beat, 62 + 5 * (beat % 4 == 0)) for beat in range(160)]
    written = Written(
        staves=(Staff("melody", 0, tuple(waltz + march)),),
        metres=((0.0, Metre(3, 4)), (36.0, Metre(4, 4))),
        keys=((0.0, KeySignature(0, minor=False)), (116.0, KeySignature(1, minor=False))),
    )
    cut = list(sections(written, least_bars=8))
    assert [(str(section.metre), section.bars) for section in cut] == [("3/4", 12), ("4/4", 20), ("4/4", 20)]
    assert [section.number for section in cut] == [0, 1, 2]
    assert all(section.parts[0].notes[0].onset == 0 for section in cut)


def test_a_piece_too_free_for_the_grid_is_left_out():
    free = [TimedNote(place * 0.437, place * 0.437 + 0.4, 60 + place % 7) for place in range(200)]
    written = Written((Staff("", 0, tuple(free)),), ((0.0, Metre(4, 4)),), ())
    assert list(sections(written, least_bars=8)) == []


def test_a_piece_without_a_metre_has_no_sections():
    notes = tuple(TimedNote(beat, beat + 1, 60) for beat in range(64))
    assert list(sections(Written((Staff("", 0, notes),), (), ()), least_bars=8)) == []


def test_music_xml_joins_ties_and_counts_staves():
    song = read_music_xml(mxl(bars=2))
    assert song.staves_by_part == (1, 2)
    assert song.written.bar_lines == (0, 1, 5, 9)
    voice, right, left = song.written.staves
    assert voice.notes[:3] == (TimedNote(0, 1, 67), TimedNote(1, 5, 72), TimedNote(5, 9, 72))
    assert right.notes[0] == TimedNote(1, 9, 64)  # tied over the bar line
    assert {note.pitch for note in left.notes} == {36, 48}


def test_what_is_not_music_xml_is_refused():
    with pytest.raises(MusicXmlError):
        read_music_xml(b"PK nothing")


def test_everything_is_read_split_and_credited(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    write_upstreams(tmp_path)
    prepare(archives=tmp_path, out=tmp_path / "out")
    works = load_works(tmp_path / "out" / WORKS_FILE)
    assert {work.genre for work in works} == {
        *(Genre.REEL, Genre.JIG, Genre.CHORALE, Genre.HYMN, Genre.GUITAR, Genre.BAROQUE, Genre.SONG)
    }
    for work in works:
        score = work.score
        ends = [note.end for part in score.parts for note in part.notes]
        assert work.split in SPLITS
        assert (score.bars - 1) * score.metre.bar_ticks < max(ends) <= score.bars * score.metre.bar_ticks
    by_genre = {work.genre: work for work in works}
    reel = by_genre[Genre.REEL].score
    assert (reel.key, reel.parts[0].notes[0].onset) == (Key(2), 36)
    assert [part.name for part in by_genre[Genre.BAROQUE].score.parts] == ["right hand", "left hand"]
    assert by_genre[Genre.HYMN].score.key == Key(7)
    assert by_genre[Genre.HYMN].score.parts[0].notes[0].onset == 36  # the upbeat
    assert by_genre[Genre.SONG].score.metre == Metre(4, 4)
    assert f"{len(works)} works" in capsys.readouterr().out
    rows = json.loads((tmp_path / "out" / LICENCES_FILE).read_text(encoding="utf-8"))
    assert [row["id"] for row in rows] == [work.id for work in works]
    text = credits_markdown(tmp_path / "out" / LICENCES_FILE)
    assert "| Study | Sor, F. | ftp/SorF/study/study.ly | Creative Commons Attribution 4.0 |" in text
    assert "Invention" not in text  # in the public domain
    assert "OpenScore Lieder" in text


def test_a_mutopia_clone_without_midi_is_refused(tmp_path: Path):
    write_upstreams(tmp_path)
    (tmp_path / "mutopia-midi-2144afd" / "manifest.csv").unlink()
    with pytest.raises(ArchiveError, match=r"no manifest\.csv"):
        prepare(archives=tmp_path, out=tmp_path / "out")


def test_a_folder_gives_the_files_that_are_asked_for(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.mid").write_bytes(b"1")
    (tmp_path / "b.txt").write_bytes(b"2")
    assert list(read_files(tmp_path, suffixes=(".mid",))) == [("deep/a.mid", b"1")]


# The small upstreams.

CHORDS = [(43, 59, 62, 67), (48, 60, 64, 67), (50, 57, 66, 69), (43, 59, 62, 67)] * 4


def midi_bytes(
    *tracks: list[tuple[float, float, int]], metre: tuple[int, int] = (4, 4), fifths: int | None = None
) -> bytes:
    """A MIDI file of tracks of (onset, duration, pitch) in quarters."""
    score = symusic.Score(480)
    score.time_signatures.append(symusic.TimeSignature(0, *metre))
    score.tempos.append(symusic.Tempo(0, qpm=90))
    if fifths is not None:
        score.key_signatures.append(symusic.KeySignature(0, fifths, 0))
    for notes in tracks:
        track = symusic.Track()
        for onset, duration, pitch in notes:
            track.notes.append(symusic.Note(round(onset * 480), round(duration * 480), pitch, 80))
        score.tracks.append(track)
    return score.dumps_midi()


def in_turn(*steps: tuple[float, int]) -> list[tuple[float, float, int]]:
    notes: list[tuple[float, float, int]] = []
    onset = 0.0
    for duration, pitch in steps:
        notes.append((onset, duration, pitch))
        onset += duration
    return notes


def dance(seed: int, *, compound: bool) -> bytes:
    """An upbeat of a quarter (an eighth in 6/8), eight bars in D, a long last note."""
    beat = [(1.0, 66), (0.5, 69 + seed % 5)] if compound else [(1.0, 62), (0.5, 66), (0.5, 69 + seed % 5)]
    last = 1.0 if compound else 3.0
    steps = [(0.5 if compound else 1.0, 69), *(beat * 14), (1.5, 74), (last, 62)]
    if not compound:
        steps[-2] = (4.0, 74)
    return midi_bytes(in_turn(*steps), metre=(6, 8) if compound else (4, 4), fifths=2)


def mxl(*, bars: int) -> bytes:
    """A song in C with an upbeat of a quarter: voice, and piano on two staves."""

    def note(pitch: tuple[str, int], duration: int, extra: str = "") -> str:
        step, octave = pitch
        return (
            f"<note><pitch><step>{step}</step><octave>{octave}</octave></pitch>"
            f"<duration>{duration}</duration>{extra}</note>"
        )

    start = (
        "<attributes><divisions>2</divisions><key><fifths>0</fifths></key>"
        "<time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
    )
    voice = f"<measure>{start}{note(('G', 4), 2)}</measure>"
    piano = f"<measure>{start}<note><rest/><duration>2</duration><staff>1</staff></note></measure>"
    for bar in range(bars):
        tie = "start" if bar == 0 else "stop"
        ties = f'<tie type="{tie}"/>' if bar < 2 else ""
        low = note(("C", 2), 4, "<staff>2</staff>") + note(("C", 3), 4, "<staff>2</staff>")
        voice += f"<measure>{note(('C', 5), 8)}</measure>"
        piano += (
            f"<measure>{note(('E', 4), 8, ties + '<staff>1</staff>')}"
            f"<backup><duration>8</duration></backup>{low}</measure>"
        )
    voice += f"<measure>{note(('C', 5), 6)}</measure>"
    piano += f"<measure>{note(('E', 4), 6, '<staff>1</staff>')}</measure>"
    names = "".join(f'<score-part id="{part}"><part-name>{part}</part-name></score-part>' for part in "VP")
    xml = (
        f"<score-partwise><part-list>{names}</part-list>"
        f'<part id="V">{voice}</part><part id="P">{piano}</part></score-partwise>'
    )
    return zipped(xml)


def zipped(xml: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        container = '<container><rootfiles><rootfile full-path="s.xml"/></rootfiles></container>'
        file.writestr("META-INF/container.xml", container)
        file.writestr("s.xml", xml)
    return packed.getvalue()


def write_upstreams(folder: Path) -> None:
    """Every collection that `prepare` reads, as clones and one unpacked archive, with a few pieces each."""
    files: dict[str, bytes] = {}
    for seed in range(4):
        files[f"folk_ngram_analysis/cre_corpus/MIDI/Reel{seed}.mid"] = dance(seed, compound=False)
        files[f"folk_ngram_analysis/cre_corpus/MIDI/Jig{seed}.mid"] = dance(seed, compound=True)
        voices = [
            [(2.0 * place, 2.0, chord[voice] + seed) for place, chord in enumerate(CHORDS)]
            for voice in (3, 2, 1, 0)
        ]
        files[f"js-fakes/midi/{seed}.mid"] = midi_bytes(*voices)
    files["openhymnal/Complete/A_Hymn/A_Hymn.abc"] = HYMN.encode("latin-1")
    restricted = HYMN.replace("public domain", "Setting: Copyright 2009, Somebody")
    files["openhymnal/Complete/New/New.abc"] = restricted.encode("latin-1")
    right = [(place * 0.5, 0.5, 67 + place * 5 % 12) for place in range(96)]
    left = [(float(place), 1.0, 48 + place * 7 % 12) for place in range(48)]
    files["mutopia-midi-2144afd/midi/0.mid"] = midi_bytes(right, left, fifths=0)
    files["mutopia-midi-2144afd/midi/1.mid"] = midi_bytes(left, fifths=0)
    header = "files,title,composer,style,instrument,licence,licence_text,source_path"
    invention = '0.mid,Invention,BachJS,Baroque,"Harpsichord, Piano",PD,Public Domain,ftp/BachJS/i/i.ly'
    study = "1.mid,Study,SorF,Classical,Guitar,BY,Creative Commons Attribution 4.0,ftp/SorF/study/study.ly"
    march = "1.mid,March,SousaJP,March,Piano,PD,Public Domain,ftp/SousaJP/m/m.ly"
    manifest = f"{header}\n{invention}\n{study}\n{march}\n"
    files["mutopia-midi-2144afd/manifest.csv"] = manifest.encode()
    files["Lieder/scores/Nobody,_Ann/_/A_Song/lc1.mxl"] = mxl(bars=10)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
