"""Everything that can go wrong in a way a person is told about.

An error carries a `Reason` and values, not a sentence: the sentence is looked up in the reader's
language. `SENTENCES` is the English one; other languages live with the cogs' catalogues.
"""

from enum import StrEnum


class Reason(StrEnum):
    LENGTH_OUT_OF_RANGE = "length_out_of_range"
    TEMPO_OUT_OF_RANGE = "tempo_out_of_range"
    TEMPERATURE_OUT_OF_RANGE = "temperature_out_of_range"
    SEED_OUT_OF_RANGE = "seed_out_of_range"
    CANDIDATES_OUT_OF_RANGE = "candidates_out_of_range"
    RATIO_OUT_OF_RANGE = "ratio_out_of_range"
    AMOUNT_OUT_OF_RANGE = "amount_out_of_range"
    LINES_OUT_OF_RANGE = "lines_out_of_range"
    SCENE_EMPTY = "scene_empty"
    SCENE_WITHOUT_WORDS = "scene_without_words"
    SCENE_LANGUAGE = "scene_language"
    SCENE_UNSAFE = "scene_unsafe"
    UNKNOWN_TUNE = "unknown_tune"
    NO_POETS = "no_poets"
    UNKNOWN_POET = "unknown_poet"
    UNSINGABLE = "unsingable"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_METRE = "unknown_metre"
    UNKNOWN_GENRE = "unknown_genre"
    GENRE_NOT_OFFERED = "genre_not_offered"
    UNKNOWN_STYLE = "unknown_style"
    NO_STYLES = "no_styles"
    WEIGHTS_UNUSABLE = "weights_unusable"
    ENGINE_DIED = "engine_died"
    ENGINE_DOWN = "engine_down"
    QUEUE_FULL = "queue_full"
    DISK_FULL = "disk_full"
    DATABASE_BUSY = "database_busy"
    UPLOAD_REFUSED = "upload_refused"
    NOT_FOUND = "not_found"
    NO_VERSE = "no_verse"
    NO_WORK = "no_work"
    FILES_GONE = "files_gone"
    SOURCE_MISSING = "source_missing"
    SOURCES_MISSING = "sources_missing"
    SOURCE_TWICE = "source_twice"
    NOTHING_TO_WORK_ON = "nothing_to_work_on"
    UNWORKABLE_METRE = "unworkable_metre"
    UPLOAD_LOST = "upload_lost"
    MIDI_EMPTY = "midi_empty"
    MIDI_TOO_BIG = "midi_too_big"
    NOT_MIDI = "not_midi"
    MIDI_DAMAGED = "midi_damaged"
    MIDI_SMPTE = "midi_smpte"
    MIDI_DIVISION = "midi_division"
    MIDI_TOO_MANY_TRACKS = "midi_too_many_tracks"
    MIDI_TOO_MANY_NOTES = "midi_too_many_notes"
    MIDI_TOO_MANY_CHANGES = "midi_too_many_changes"
    MIDI_TOO_LONG = "midi_too_long"
    MIDI_TEMPO = "midi_tempo"
    MIDI_NO_NOTES = "midi_no_notes"
    MIDI_DRUMS_ONLY = "midi_drums_only"
    MIDI_TOO_COSTLY = "midi_too_costly"
    READER_DOWN = "reader_down"
    READER_BUSY = "reader_busy"
    CLIP_UNREADABLE = "clip_unreadable"
    MIDI_UNREADABLE = "midi_unreadable"
    TOO_DENSE_TO_ENGRAVE = "too_dense_to_engrave"
    BUG = "bug"


SENTENCES: dict[Reason, str] = {
    Reason.LENGTH_OUT_OF_RANGE: "A clip can be {low} to {high} seconds long; you asked for {value}.",
    Reason.TEMPO_OUT_OF_RANGE: "The tempo can be {low} to {high} beats a minute; you asked for {value}.",
    Reason.TEMPERATURE_OUT_OF_RANGE: "The temperature can be {low} to {high}; you asked for {value}.",
    Reason.SEED_OUT_OF_RANGE: "A seed is a whole number from {low} to {high}; you gave {value}.",
    Reason.CANDIDATES_OUT_OF_RANGE: "I can choose among {low} to {high} candidates; you asked for {value}.",
    Reason.RATIO_OUT_OF_RANGE: (
        "The ratio can be {low} (all of the first) to {high} (all of the second); you asked for {value}."
    ),
    Reason.AMOUNT_OUT_OF_RANGE: "The amount can be {low} to {high}; you asked for {value}.",
    Reason.LINES_OUT_OF_RANGE: "Lyrics can be {low} to {high} lines long; you asked for {value}.",
    Reason.SCENE_EMPTY: "Tell me a scene to write about, such as: forest birds at dawn.",
    Reason.SCENE_WITHOUT_WORDS: (
        "I find no words in that to write about. Tell me a scene, such as: forest birds at dawn."
    ),
    Reason.SCENE_LANGUAGE: "I write English and Chinese. Tell me the scene in one of them, please.",
    Reason.SCENE_UNSAFE: "I won't write about that. Tell me another scene.",
    Reason.UNKNOWN_TUNE: "I don't know the tune pattern “{value}”. I know, among others, {known}.",
    Reason.NO_POETS: "There are no trained models for lyrics in the weights folder.",
    Reason.UNKNOWN_POET: "I have no model “{value}” for these lyrics. I have: {known}.",
    Reason.UNSINGABLE: "I can't set these words to music: there is no line that can be sung.",
    Reason.UNKNOWN_KEY: "I don't know the key “{value}”. Try D, Bb, F# minor or Am.",
    Reason.UNKNOWN_METRE: "I don't know the metre “{value}”. Try 4/4, 3/4 or 6/8.",
    Reason.UNKNOWN_GENRE: "I can't play “{value}” in this style. I know: {known}.",
    Reason.GENRE_NOT_OFFERED: "This command doesn't know the genre “{value}”. It knows: {known}.",
    Reason.UNKNOWN_STYLE: "I have no style “{value}”. I know: {known}.",
    Reason.NO_STYLES: (
        "No trained model was found in models/weights, so I can't compose. "
        "Fetch the weights again (git checkout models/weights) and restart me."
    ),
    Reason.WEIGHTS_UNUSABLE: (
        "The weights of “{style}” can't be used: {problem}. "
        "Fetch them again (git checkout models/weights) and restart me."
    ),
    Reason.ENGINE_DIED: "The composer stopped in the middle of this, twice. Please ask for something else.",
    Reason.ENGINE_DOWN: "The composer isn't running right now. If it stays so, please tell whoever runs me.",
    Reason.QUEUE_FULL: "My queue is full ({waiting} waiting). Please try again in a minute.",
    Reason.DISK_FULL: "My disk is full, so I couldn't keep this. Please tell whoever runs me.",
    Reason.DATABASE_BUSY: "My library is busy right now. Please try again in a moment.",
    Reason.UPLOAD_REFUSED: "Discord refused the upload. It is kept, but I couldn't post it here.",
    Reason.NOT_FOUND: "There is no clip {value} here.",
    Reason.NO_VERSE: "There are no lyrics {value} here.",
    Reason.NO_WORK: "There is no {value} here, or not any more.",
    Reason.FILES_GONE: (
        "The files of clip {value} are gone, and the models that I have now can't make it again."
    ),
    Reason.SOURCE_MISSING: "Give me a clip's id, such as #42, or a MIDI file to work on.",
    Reason.SOURCES_MISSING: "I need two pieces: for each a clip's id, such as #42, or a MIDI file.",
    Reason.SOURCE_TWICE: "Give me either a clip's id or a MIDI file, not both.",
    Reason.NOTHING_TO_WORK_ON: "“{title}” has no notes that I could work on.",
    Reason.UNWORKABLE_METRE: "“{title}” is in {metre}, which this model can't work in.",
    Reason.UPLOAD_LOST: "I couldn't fetch your file from Discord. Please try again.",
    Reason.MIDI_EMPTY: "That file is empty.",
    Reason.MIDI_TOO_BIG: "That file has {value} kB; I read MIDI files of up to {limit} kB.",
    Reason.NOT_MIDI: "That is no MIDI file. I read Standard MIDI Files, whose names end in .mid.",
    Reason.MIDI_DAMAGED: "That MIDI file is damaged, so I can't read it. Exporting it again may help.",
    Reason.MIDI_SMPTE: (
        "That file counts film frames (SMPTE), not beats. Export it with musical time, and I can read it."
    ),
    Reason.MIDI_DIVISION: (
        "That file counts {value} ticks to a quarter note; I read {low} to {high}. 480 is a good choice."
    ),
    Reason.MIDI_TOO_MANY_TRACKS: "That file has {value} tracks; I read up to {limit}.",
    Reason.MIDI_TOO_MANY_NOTES: "That file has {value} notes; I read up to {limit}. Try a part of the piece.",
    Reason.MIDI_TOO_MANY_CHANGES: (
        "That file changes its tempo or its metre too often: more than {tempos} or {metres} times."
    ),
    Reason.MIDI_TOO_LONG: "That file lasts longer than {limit} minutes. Try a part of the piece.",
    Reason.MIDI_TEMPO: ("That file's tempo is out of what I read: {low} to {high} quarter notes a minute."),
    Reason.MIDI_NO_NOTES: "That file has no notes.",
    Reason.MIDI_DRUMS_ONLY: "That file has nothing but drums, and I need a tune to work on.",
    Reason.MIDI_TOO_COSTLY: "That file takes too much time or memory to read. Try a simpler one.",
    Reason.READER_DOWN: "I can't read files right now. If it stays so, please tell whoever runs me.",
    Reason.READER_BUSY: "I'm reading too many files right now. Please try again in a minute.",
    Reason.CLIP_UNREADABLE: "The MIDI file of this clip is damaged, so I can't work on it.",
    Reason.MIDI_UNREADABLE: "The MIDI file of this clip is damaged, so I can't engrave it.",
    Reason.TOO_DENSE_TO_ENGRAVE: "This clip has {value} notes, too many to engrave; {limit} I can do.",
    Reason.BUG: "Something broke on my side.",
}


class NightingaleError(Exception):
    """Base of all errors that reach a person. `str()` gives the English sentence."""

    def __init__(self, reason: Reason, **values: object) -> None:
        super().__init__(reason, values)
        self.reason = reason
        self.values = values

    def __str__(self) -> str:
        return SENTENCES[self.reason].format(**self.values)


class BadRequest(NightingaleError):
    """The request can't be met as asked; the person can change it."""


class Unavailable(NightingaleError):
    """The request was fine, but the bot can't serve it now; trying again may help."""


class Bug(NightingaleError):
    """Something that should not happen; the trace is in the log."""

    def __init__(self, trace: str = "") -> None:
        super().__init__(Reason.BUG)
        self.trace = trace
