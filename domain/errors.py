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
    PAIR_GONE = "pair_gone"
    RECIPE_UNREADABLE = "recipe_unreadable"
    RECIPE_TOO_BIG = "recipe_too_big"
    RECIPE_TOO_NEW = "recipe_too_new"
    RECIPE_TWICE = "recipe_twice"
    RECIPE_ALONE = "recipe_alone"
    NO_RECIPE = "no_recipe"
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
    SEED_NAME_EMPTY = "seed_name_empty"
    SEED_NAME_TOO_LONG = "seed_name_too_long"
    SEED_NAME_UNFIT = "seed_name_unfit"
    SEED_TOO_FEW_NOTES = "seed_too_few_notes"
    SEED_TOO_MANY_NOTES = "seed_too_many_notes"
    SEED_NAME_TAKEN = "seed_name_taken"
    TOO_MANY_SEEDS = "too_many_seeds"
    NO_SEED = "no_seed"
    NO_OWN_SEED = "no_own_seed"
    SEEDS_ALIKE = "seeds_alike"
    SEED_MUSIC_MISSING = "seed_music_missing"
    SEED_MUSIC_TWICE = "seed_music_twice"
    NO_SERVER_TO_SHARE_WITH = "no_server_to_share_with"
    NO_MUSIC = "no_music"
    NO_WORK_IN_MESSAGE = "no_work_in_message"
    NOTES_EMPTY = "notes_empty"
    NOTES_TOO_LONG = "notes_too_long"
    NOTES_UNREADABLE = "notes_unreadable"
    NOTES_OCTAVE = "notes_octave"
    NOTES_LENGTH = "notes_length"
    NOTES_RANGE = "notes_range"
    NOTES_CHORD = "notes_chord"
    NOTES_SETTING = "notes_setting"
    NOTES_SETTING_VALUE = "notes_setting_value"
    ABC_UNREADABLE = "abc_unreadable"
    ABC_FIELD = "abc_field"
    RECORDING_EMPTY = "recording_empty"
    RECORDING_TOO_BIG = "recording_too_big"
    NOT_A_RECORDING = "not_a_recording"
    RECORDING_DAMAGED = "recording_damaged"
    RECORDING_TOO_SHORT = "recording_too_short"
    RECORDING_SILENT = "recording_silent"
    RECORDING_NO_MELODY = "recording_no_melody"
    RECORDING_NO_MUSIC = "recording_no_music"
    JUDGED_MISSING = "judged_missing"
    JUDGED_TWICE = "judged_twice"
    JUDGED_VERSE = "judged_verse"
    READER_DOWN = "reader_down"
    READER_BUSY = "reader_busy"
    CLIP_UNREADABLE = "clip_unreadable"
    MIDI_UNREADABLE = "midi_unreadable"
    TOO_DENSE_TO_ENGRAVE = "too_dense_to_engrave"
    FINETUNE_NO_VOTES = "finetune_no_votes"
    FINETUNE_TOO_FEW = "finetune_too_few"
    FINETUNE_ONE_VOTER = "finetune_one_voter"
    FINETUNE_ALL_LIKED = "finetune_all_liked"
    FINETUNE_NONE_LIKED = "finetune_none_liked"
    FINETUNE_UNDER_WAY = "finetune_under_way"
    FINETUNE_NO_RUN = "finetune_no_run"
    FINETUNE_ENDED = "finetune_ended"
    FINETUNE_NOT_ADMIN = "finetune_not_admin"
    TUTOR_DIED = "tutor_died"
    TUTOR_DOWN = "tutor_down"
    NO_VERSION = "no_version"
    VERSION_REJECTED = "version_rejected"
    VERSION_DAMAGED = "version_damaged"
    VERSIONS_SAME = "versions_same"
    NOTHING_BEFORE = "nothing_before"
    BUG = "bug"


SENTENCES: dict[Reason, str] = {
    Reason.LENGTH_OUT_OF_RANGE: "A clip can be {low} to {high} seconds long; you asked for {value}.",
    Reason.TEMPO_OUT_OF_RANGE: "The tempo can be {low} to {high} beats a minute; you asked for {value}.",
    Reason.TEMPERATURE_OUT_OF_RANGE: "The temperature can be {low} to {high}; you asked for {value}.",
    Reason.SEED_OUT_OF_RANGE: "The seed number can be {low} to {high}; you gave {value}.",
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
    Reason.PAIR_GONE: "One of these two was deleted, so there is nothing left to choose between.",
    Reason.RECIPE_UNREADABLE: (
        "That is no recipe that I can read. A recipe is the .json file that comes with everything I make."
    ),
    Reason.RECIPE_TOO_BIG: "That has {value} kB; a recipe has at most {limit} kB.",
    Reason.RECIPE_TOO_NEW: "This recipe was made by a newer version of me, so I can't read it.",
    Reason.RECIPE_TWICE: "Give me a recipe's file or its text, not both.",
    Reason.RECIPE_ALONE: (
        "A recipe says all there is to say, so give me nothing beside it. To change something, edit its text."
    ),
    Reason.NO_RECIPE: "Nothing that I made stands in this message, so there is no recipe to show.",
    Reason.SOURCE_MISSING: "Give me a clip's id, such as #42, a MIDI file or a seed's name to work on.",
    Reason.SOURCES_MISSING: (
        "I need two pieces: for each a clip's id, such as #42, a MIDI file or a seed's name."
    ),
    Reason.SOURCE_TWICE: "Give me one of them alone: a clip's id, a MIDI file or a seed's name.",
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
    Reason.SEED_NAME_EMPTY: "A seed needs a name of 1 to 32 characters.",
    Reason.SEED_NAME_TOO_LONG: "That name has {value} characters; a seed's name has at most {limit}.",
    Reason.SEED_NAME_UNFIT: (
        "That name has characters that can't be shown on one line. Letters, digits, spaces and emoji "
        "are fine."
    ),
    Reason.SEED_TOO_FEW_NOTES: "That has too few notes ({value}) to make anything of; a seed needs {limit}.",
    Reason.SEED_TOO_MANY_NOTES: "That has {value} notes; a seed has at most {limit}. Try a part of it.",
    Reason.SEED_NAME_TAKEN: (
        "You have a seed “{value}” already. Choose another name, or rename or delete that one; "
        "/seed save with replace:True puts the new one in its place."
    ),
    Reason.TOO_MANY_SEEDS: "You have {limit} seeds, and I keep no more for one person. Delete one first.",
    Reason.NO_SEED: "There is no seed “{value}” of yours, and none shared here. /seed list shows them all.",
    Reason.NO_OWN_SEED: "You have no seed “{value}”. /seed list shows the ones you have.",
    Reason.SEEDS_ALIKE: "Several people share a seed “{value}” here. Say whose you mean: {seeds}.",
    Reason.SEED_MUSIC_MISSING: (
        "Give me the music as well: a clip's id such as #42, notes such as C4 E4 G4:2, or a file."
    ),
    Reason.SEED_MUSIC_TWICE: "Give me one of them alone: a clip's id, notes or a file.",
    Reason.NO_SERVER_TO_SHARE_WITH: "There is no server here to share a seed with. Ask me in one.",
    Reason.NO_MUSIC: "{value} has words but no music, so no seed can be made of it.",
    Reason.NO_WORK_IN_MESSAGE: "No single piece of mine stands in this message.",
    Reason.NOTES_EMPTY: (
        "Give me notes, such as: C4 E4 G4:2 r C5. Numbers after a colon are lengths in quarter notes."
    ),
    Reason.NOTES_TOO_LONG: "That is {value} characters long; I read notes of up to {limit}.",
    Reason.NOTES_UNREADABLE: (
        "I can't read “{value}”, which is number {place} of what you typed. Write C4, F#4:2, Bb3:1/2, "
        "r for a rest, or [C4 E4 G4]:2 for a chord."
    ),
    Reason.NOTES_OCTAVE: "“{value}”, number {place} of what you typed, needs an octave: write {better}, say.",
    Reason.NOTES_LENGTH: (
        "The length of “{value}”, number {place} of what you typed, can't be read. Lengths are in "
        "quarter notes, from 1/12 to {limit}: C4:2, C4:1.5, C4:1/2."
    ),
    Reason.NOTES_RANGE: (
        "“{value}”, number {place} of what you typed, is too high or too low: I read {low} to {high}."
    ),
    Reason.NOTES_CHORD: (
        "The chord “{value}”, number {place} of what you typed, can't be read. Write [C4 E4 G4]:2, "
        "with at most {limit} notes."
    ),
    Reason.NOTES_SETTING: (
        "I don't know the setting “{value}”. Before the notes you can write tempo=100, metre=3/4 and key=D."
    ),
    Reason.NOTES_SETTING_VALUE: (
        "I can't take “{value}”. Write it like tempo=100 ({low} to {high}), metre=3/4 or key=D-minor."
    ),
    Reason.ABC_UNREADABLE: (
        "I can't read “{value}” in line {line} of this ABC. Notes look like C, D, ^F2 c' z/2 and [CEG]2."
    ),
    Reason.ABC_FIELD: (
        "I can't read “{value}” in line {line} of this ABC. Fields look like M:3/4, L:1/8, Q:1/4=100 "
        "and K:Dm."
    ),
    Reason.RECORDING_EMPTY: "That recording is empty.",
    Reason.RECORDING_TOO_BIG: "That recording has {value} kB; I listen to recordings of up to {limit} kB.",
    Reason.NOT_A_RECORDING: (
        "I can't listen to that kind of file. Send WAV, FLAC, OGG, Opus or MP3; most apps can save or "
        "export one of them."
    ),
    Reason.RECORDING_DAMAGED: "That recording is damaged, so I can't listen to it. Saving it again may help.",
    Reason.RECORDING_TOO_SHORT: "That recording is too short. Give me {limit} seconds or more.",
    Reason.RECORDING_SILENT: "I hear nothing in that recording.",
    Reason.RECORDING_NO_MELODY: (
        "I hear no melody in that recording. Hum, whistle or play one tune alone, note by note, "
        "without words and without accompaniment."
    ),
    Reason.RECORDING_NO_MUSIC: "I hear no music in that recording, and I can judge music only.",
    Reason.JUDGED_MISSING: "Tell me what to judge: a clip by its id, such as #42, or a file.",
    Reason.JUDGED_TWICE: "Give me a clip or a file to judge, not both.",
    Reason.JUDGED_VERSE: "{value} is verse. I can judge music only.",
    Reason.READER_DOWN: "I can't read files right now. If it stays so, please tell whoever runs me.",
    Reason.READER_BUSY: "I'm reading too many files right now. Please try again in a minute.",
    Reason.CLIP_UNREADABLE: "The MIDI file of this clip is damaged, so I can't work on it.",
    Reason.MIDI_UNREADABLE: "The MIDI file of this clip is damaged, so I can't engrave it.",
    Reason.TOO_DENSE_TO_ENGRAVE: "This clip has {value} notes, too many to engrave; {limit} I can do.",
    Reason.FINETUNE_NO_VOTES: (
        "Nobody has rated anything that this style made here, so there is nothing to learn from. Vote with "
        "👍 and 👎, or with 1️⃣ to 5️⃣, under what I make. Works that were deleted take their votes with them."
    ),
    Reason.FINETUNE_TOO_FEW: (
        "{value} rated works are too few to learn from; {limit} are needed. Keep voting under what I make."
    ),
    Reason.FINETUNE_ONE_VOTER: (
        "Everything was rated by one person, and I learn what a server likes, not one person alone. "
        "Votes of {limit} people or more are needed."
    ),
    Reason.FINETUNE_ALL_LIKED: (
        "People like nearly everything here, so I can't tell what they like better. "
        "At least {limit} works have to be voted down."
    ),
    Reason.FINETUNE_NONE_LIKED: (
        "People like next to nothing here, so I can't tell what they would like. "
        "At least {limit} works have to be voted up."
    ),
    Reason.FINETUNE_UNDER_WAY: (
        "I'm learning for this server already, and do one thing at a time. "
        "/finetune status says how far I am."
    ),
    Reason.FINETUNE_NO_RUN: "I'm not learning anything for this server right now.",
    Reason.FINETUNE_ENDED: "It's too late to cancel: this has ended.",
    Reason.FINETUNE_NOT_ADMIN: "Only administrators of this server can do that.",
    Reason.TUTOR_DIED: (
        "Learning stopped in the middle {value} times in a row, so I gave up. Nothing has changed for this "
        "server. If it stays so, please tell whoever runs me."
    ),
    Reason.TUTOR_DOWN: "I'm being shut down, so I can't learn now.",
    Reason.NO_VERSION: "There is no version {value} of this style here. /finetune versions lists them all.",
    Reason.VERSION_REJECTED: (
        "Version {value} was not accepted, so it can't be used. /finetune versions says why."
    ),
    Reason.VERSION_DAMAGED: "The file of version {value} is missing or damaged, so it can't be used.",
    Reason.VERSIONS_SAME: "Those are one version. Give me two different ones; 0 is the model as shipped.",
    Reason.NOTHING_BEFORE: "The model as shipped is in use, and nothing was before it.",
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
