"""What the composer says about a clip whose wishes did not all go together.

Contradictory wishes are no error: the composer makes a sensible choice, and says which. A remark
carries a `Topic` and values, not a sentence, as errors do: `SENTENCES` is the English one, other
languages live with the cogs' catalogues.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class Topic(StrEnum):
    METRE_OF_GENRE = "metre_of_genre"
    MODE_OF_GENRE = "mode_of_genre"
    KEY_OVER_MOOD = "key_over_mood"
    TEMPO_OVER_MOOD = "tempo_over_mood"
    SHORT_FOR_GENRE = "short_for_genre"
    RANGE_OF_INSTRUMENTS = "range_of_instruments"
    CUT = "cut"
    TOO_DENSE = "too_dense"
    OUT_OF_RANGE = "out_of_range"
    OFF_GRID = "off_grid"
    METRES_DIFFER = "metres_differ"
    METRE_CHANGES = "metre_changes"
    METRE_REPLACED = "metre_replaced"
    TEMPO_CHANGES = "tempo_changes"
    TEMPO_REPLACED = "tempo_replaced"
    DRUMS_LEFT_OUT = "drums_left_out"
    TRACKS_LEFT_OUT = "tracks_left_out"
    RECORDING_CUT = "recording_cut"
    PLAYED_FREELY = "played_freely"
    NOTES_DOUBLED = "notes_doubled"
    SYLLABLES_UNSUNG = "syllables_unsung"
    SYLLABLES_SLURRED = "syllables_slurred"
    SYLLABLES_SHARED = "syllables_shared"
    NOTES_WITHOUT_WORDS = "notes_without_words"
    MODE_OF_TUNE = "mode_of_tune"
    REMADE_BY_ANOTHER_MODEL = "remade_by_another_model"
    REMADE_OTHERWISE = "remade_otherwise"
    RECIPE_OF_ANOTHER_MODEL = "recipe_of_another_model"
    LANGUAGE_OF_SCENE = "language_of_scene"
    FORM_OF_OTHER_LANGUAGE = "form_of_other_language"
    LINES_OF_FORM = "lines_of_form"
    RHYME_OF_FORM = "rhyme_of_form"
    TUNE_IS_CI = "tune_is_ci"
    TUNE_LEFT_OUT = "tune_left_out"
    UNKNOWN_WORDS = "unknown_words"
    OPENING_CUT = "opening_cut"
    OPENING_METRE = "opening_metre"
    OPENING_TUNE_ALONE = "opening_tune_alone"
    ADAPTER_UNUSABLE = "adapter_unusable"
    JUDGED_FLOWS = "judged_flows"
    JUDGED_BETWEEN = "judged_between"
    JUDGED_STRAYS = "judged_strays"
    JUDGED_BAR = "judged_bar"
    JUDGED_USUAL = "judged_usual"
    JUDGED_DISSONANT = "judged_dissonant"
    JUDGED_OUT_OF_SCALE = "judged_out_of_scale"
    JUDGED_REPEATS_LITTLE = "judged_repeats_little"
    JUDGED_REPEATS_MUCH = "judged_repeats_much"
    JUDGED_UNEVEN = "judged_uneven"
    JUDGED_WIDE = "judged_wide"
    JUDGED_NARROW = "judged_narrow"
    JUDGED_DENSE = "judged_dense"
    JUDGED_SPARSE = "judged_sparse"
    JUDGED_STRIDES = "judged_strides"
    JUDGED_STEPS = "judged_steps"
    JUDGED_LEAPS = "judged_leaps"
    JUDGED_EMPTY = "judged_empty"
    JUDGED_CROSSES = "judged_crosses"
    JUDGED_PARALLELS = "judged_parallels"
    JUDGED_SURPRISING = "judged_surprising"


SENTENCES: dict[Topic, str] = {
    Topic.METRE_OF_GENRE: "I know no {genre} music in {asked}, so this is in {chosen}.",
    Topic.MODE_OF_GENRE: "I know no {genre} music in a {mode} key, so this may sound unusual.",
    Topic.KEY_OVER_MOOD: "This is in {key}, although {mood} music is usually in a {mode} key.",
    Topic.TEMPO_OVER_MOOD: "I kept the tempo of {tempo} beats a minute, which is unusual for {mood} music.",
    Topic.SHORT_FOR_GENRE: (
        "{seconds} seconds are short for {genre} music: this is a {bars}-bar phrase, not a whole piece."
    ),
    Topic.RANGE_OF_INSTRUMENTS: ("Some notes were out of range ({instruments}), so I moved them by octaves."),
    Topic.CUT: "“{title}” has {bars} bars; I worked on the first {limit}.",
    Topic.TOO_DENSE: "The music is too dense for this model: it left out {notes} of {heard} notes.",
    Topic.OUT_OF_RANGE: "{notes} of {heard} notes are out of this model's range, so I moved them by octaves.",
    Topic.OFF_GRID: "{notes} of {heard} notes are off this model's grid, so I moved them onto it.",
    Topic.METRES_DIFFER: "“{first}” is in {first_metre}, “{second}” in {second_metre}, and this in {chosen}.",
    Topic.METRE_CHANGES: "The metre of “{title}” changes; I took all of it in {chosen}.",
    Topic.METRE_REPLACED: "“{title}” is in {asked}, which I can't count; I took it in {chosen}.",
    Topic.TEMPO_CHANGES: "The tempo of “{title}” changes; I took all of it at {tempo} beats a minute.",
    Topic.TEMPO_REPLACED: "“{title}” has {asked} beats a minute; I took it at {tempo}, as far as I go.",
    Topic.DRUMS_LEFT_OUT: "I left out the drums of “{title}”.",
    Topic.TRACKS_LEFT_OUT: "“{title}” has {tracks} tracks; I kept the {kept} that carry it.",
    Topic.NOTES_DOUBLED: "“{title}” has notes shorter than sixteenths, so I counted twice as many beats.",
    Topic.RECORDING_CUT: "I listened to the first {limit} seconds of “{title}”.",
    Topic.PLAYED_FREELY: (
        "{notes} of the {heard} notes of “{title}” are no sixteenths or triplets; "
        "I moved them or left them out."
    ),
    Topic.SYLLABLES_UNSUNG: "{count} syllables found no note, so they are not sung.",
    Topic.SYLLABLES_SLURRED: "{count} of {sung} syllables are sung over several notes.",
    Topic.SYLLABLES_SHARED: "{count} of {sung} syllables share a note with the one before.",
    Topic.NOTES_WITHOUT_WORDS: "{count} of the tune's {notes} notes have no words.",
    Topic.MODE_OF_TUNE: "“{title}” is in a {mode} key and stays so: this is in {key}.",
    Topic.REMADE_BY_ANOTHER_MODEL: (
        "The files of clip {clip} were gone, so I made it again. It was {then} that made it, and now it was "
        "{now}: the notes differ."
    ),
    Topic.REMADE_OTHERWISE: (
        "The files of clip {clip} were gone, so I made it again. "
        "Something in me has changed since: the notes differ."
    ),
    Topic.RECIPE_OF_ANOTHER_MODEL: (
        "The recipe was made by {then}, and I have {now} now, so this may be something else."
    ),
    Topic.LANGUAGE_OF_SCENE: "I don't translate, so the verse is in the language of its scene.",
    Topic.FORM_OF_OTHER_LANGUAGE: "Verse in this language doesn't come in that form, so I chose another.",
    Topic.LINES_OF_FORM: "Verse of this form can't have {asked} lines, so it has {lines}.",
    Topic.RHYME_OF_FORM: "Verse of this form rhymes in a way of its own.",
    Topic.TUNE_IS_CI: "A tune pattern asks for ci, so this is no quatrain.",
    Topic.TUNE_LEFT_OUT: "Tune patterns are for Chinese verse, so I left this one out.",
    Topic.UNKNOWN_WORDS: "I can't write verse with {words}, so it does without.",
    Topic.OPENING_CUT: "This begins with bars 1 to {bars} of “{title}”; what follows is new.",
    Topic.OPENING_METRE: "“{title}” is in {asked}; here the same notes are counted in {chosen}.",
    Topic.OPENING_TUNE_ALONE: "Of “{title}” this has the tune; what goes with it is as in {genre} music.",
    Topic.ADAPTER_UNUSABLE: (
        "Version {adapter}, which was learned from votes, can't be used, so the shipped model made this. "
        "Administrators can choose another version with /finetune."
    ),
    Topic.JUDGED_FLOWS: "Note by note, it moves much as people's music does.",
    Topic.JUDGED_BETWEEN: "Note by note, it could be a person's or a machine's.",
    Topic.JUDGED_STRAYS: "Note by note, it often goes where people's music seldom does.",
    Topic.JUDGED_BAR: "Bar {bar} sounds the least like what people write.",
    Topic.JUDGED_USUAL: "Its range, rhythm, repetition and dissonance are as usual in {genre} music.",
    Topic.JUDGED_DISSONANT: "Notes grate on {value} of its beats; in {genre} music it is {usual}.",
    Topic.JUDGED_OUT_OF_SCALE: "{value} of its notes lie in one scale; in {genre} music it is {usual}.",
    Topic.JUDGED_REPEATS_LITTLE: "Its bars come back less than in {genre} music.",
    Topic.JUDGED_REPEATS_MUCH: "It repeats itself more than {genre} music does.",
    Topic.JUDGED_UNEVEN: "Its rhythm changes more from bar to bar than that of {genre} music.",
    Topic.JUDGED_WIDE: "It spans {value} semitones; {genre} music spans about {usual}.",
    Topic.JUDGED_NARROW: "It spans only {value} semitones; {genre} music spans about {usual}.",
    Topic.JUDGED_DENSE: "It has {value} notes a bar; {genre} music has about {usual}.",
    Topic.JUDGED_SPARSE: "It has only {value} notes a bar; {genre} music has about {usual}.",
    Topic.JUDGED_STRIDES: (
        "Its lines move by {value} semitones at a time; those of {genre} music by about {usual}."
    ),
    Topic.JUDGED_STEPS: (
        "Its lines move by only {value} semitones at a time; those of {genre} music by about {usual}."
    ),
    Topic.JUDGED_LEAPS: (
        "{value} of the steps of its tune are wider than an octave; in {genre} music it is {usual}."
    ),
    Topic.JUDGED_EMPTY: "{value} of its bars are empty; in {genre} music it is {usual}.",
    Topic.JUDGED_CROSSES: "Its voices cross on {value} of the beats; in {genre} music it is {usual}.",
    Topic.JUDGED_SURPRISING: (
        "Its notes surprise the composer more than {genre} music does ({value} nats a note; usual: {usual})."
    ),
    Topic.JUDGED_PARALLELS: (
        "Fifths or octaves move in parallel {value} times a bar; in {genre} music it is {usual}."
    ),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """One choice that was made, in values (text and numbers) that its sentence names.

    It says how things are, not who wanted what, so that it also holds for a piece made from a recipe.
    """

    topic: Topic
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return SENTENCES[self.topic].format(**self.values)

    def to_plain(self) -> dict[str, Any]:
        """A dict that `json.dumps` takes."""
        return {"topic": str(self.topic), "values": dict(self.values)}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_plain` gave. Raises ValueError, KeyError or TypeError otherwise."""
        return cls(Topic(plain["topic"]), dict(plain["values"]))
