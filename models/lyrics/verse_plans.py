"""From a request to the plan of its verse: language, form, stanzas, and what each of them is about.

What was left open is drawn from the seed; wishes that contradict each other are settled with a remark. Knows
no network.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from domain.errors import BadRequest, Reason
from domain.remarks import Remark, Topic
from domain.songs import StanzaKind
from domain.verses import LINES, Language, LyricsRequest, VerseForm
from models.leanings import NO_LEANING, Leaning
from models.lyrics.layouts import Block
from models.lyrics.lexicon import Word, word_of
from models.lyrics.safety import is_safe_query
from models.lyrics.scenes import Scene, SceneError, Unreadable, read_scene, scripts, simplified, topics
from models.lyrics.stanzas import StanzaPlan
from models.lyrics.tongues import Tongue
from models.lyrics.tunes import find_tune
from models.lyrics.verse_choices import COMMON_TUNES, FIXED_RHYMES, VerseChoices

DEFAULT_NETWORK = "seq2seq"

CHINESE_FORMS = (VerseForm.FIVE, VerseForm.SEVEN, VerseForm.CI)
MOST_KEYWORDS = 4
_NAMED_TUNES = 6

_REASONS = {
    Unreadable.EMPTY: Reason.SCENE_EMPTY,
    Unreadable.NO_WORDS: Reason.SCENE_WITHOUT_WORDS,
    Unreadable.LANGUAGE: Reason.SCENE_LANGUAGE,
    Unreadable.UNSAFE: Reason.SCENE_UNSAFE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStanza:
    """A stanza to be written. `wishes` are words of the scene, each with the line it is due in; `joins` says
    that it goes on in the stanza before, `keeps_rhyme` that it goes on with its rhymes.
    """

    plan: StanzaPlan
    label: StanzaKind = StanzaKind.VERSE
    wishes: tuple[tuple[str, int], ...] = ()
    joins: bool = False
    keeps_rhyme: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VersePlan:
    """What is to be written: `stanzas`, and in which `order` they stand (a chorus comes again).

    `request` leaves nothing open but what its form leaves to the seed; `words` are those of the scene that
    the lexicon lacks.
    """

    request: LyricsRequest
    scene: Scene
    stanzas: tuple[PlannedStanza, ...]
    order: tuple[int, ...]
    words: tuple[Word, ...] = ()
    remarks: tuple[Remark, ...] = ()


def language_of(request: LyricsRequest) -> Language:
    """The language verse is to be in: the one asked for, where the scene has words of it, else the scene's.

    Raises BadRequest where there is no scene (SCENE_*).
    """
    found = scripts(request.scene)
    if not found:
        _read(request, None)  # says what is wrong with it
        raise BadRequest(Reason.SCENE_WITHOUT_WORDS)
    return request.language if request.language in found else Language(found[0])


def plan_verse(
    request: LyricsRequest,
    tongue: Tongue,
    *,
    syllables: Sequence[int] | None = None,
    leaning: Leaning = NO_LEANING,
) -> VersePlan:
    """What to write for a request in the language that `language_of` gives.

    `syllables` are the counts, line by line of a stanza, that a tune asks for: they go before the form. What
    the leaning likes is chosen the more often where the request leaves it open. Raises BadRequest (SCENE_*,
    UNKNOWN_TUNE).
    """
    language = tongue.language
    scene, words, remarks = _scene(request, tongue)
    if request.language not in (None, language):
        remarks.append(Remark(Topic.LANGUAGE_OF_SCENE))
    chosen = replace(request, language=language, model=request.model or DEFAULT_NETWORK)
    choices = VerseChoices(tongue.tunes, leaning, tuple(syllables or ()))
    chosen, said = _chosen_form(chosen, tongue, choices)
    remarks += said
    blocks = choices.blocks(chosen, choices.lines(chosen))
    lines = sum(blocks.at[place].lines for place in blocks.order)
    if chosen.lines is not None and syllables is None and min(lines, LINES[1]) != chosen.lines:
        remarks.append(Remark(Topic.LINES_OF_FORM, {"asked": str(chosen.lines), "lines": str(lines)}))
    chosen = replace(chosen, lines=min(max(lines, LINES[0]), LINES[1]))
    return VersePlan(
        request=chosen,
        scene=scene,
        stanzas=_told(blocks.at, scene, tongue),
        order=blocks.order,
        words=words,
        remarks=tuple(remark for at, remark in enumerate(remarks) if remark not in remarks[:at]),
    )


def _read(request: LyricsRequest, tongue: Tongue | None) -> Scene:
    try:
        if tongue is None:
            return read_scene(request.scene)
        return read_scene(request.scene, language=tongue.language, known=tongue.neighbours)
    except SceneError as error:
        raise BadRequest(_REASONS[error.reason]) from None


def _scene(request: LyricsRequest, tongue: Tongue) -> tuple[Scene, tuple[Word, ...], list[Remark]]:
    """The scene, its words that verse can be written with but the lexicon lacks, and a remark on the rest."""
    scene = _read(request, tongue)
    usable: list[str] = []
    unusable: list[str] = []
    new: list[Word] = []
    for keyword in scene.keywords:
        parts = [keyword] if tongue.language is Language.ENGLISH else list(keyword)
        missing = [part for part in parts if not knows(tongue, part)]
        found = [word for part in missing if (word := word_of(part, tongue.language)) is not None]
        spelt = all(tongue.vocabulary.encode_word(part) for part in parts)
        if len(found) == len(missing) and spelt:
            usable.append(keyword)
            new += found
        else:
            unusable.append(keyword)
    if not usable:
        raise BadRequest(Reason.SCENE_WITHOUT_WORDS)
    remarks = [Remark(Topic.UNKNOWN_WORDS, {"words": ", ".join(unusable)})] if unusable else []
    return Scene(scene.language, tuple(usable)), tuple(new), remarks


def knows(tongue: Tongue, word: str) -> bool:
    """Whether the lexicon has a word (Chinese: a character)."""
    node = tongue.lexicon.free
    for piece in tongue.vocabulary.encode_word(word):
        if piece not in node.children:
            return False
        node = node.children[piece]
    return node.word is not None


def _chosen_form(
    request: LyricsRequest, tongue: Tongue, choices: VerseChoices
) -> tuple[LyricsRequest, list[Remark]]:
    """The request with a form, and the rhyme and the tune that go with it."""
    remarks: list[Remark] = []
    chinese = request.language is Language.CHINESE
    form, tune = request.form, None
    if request.tune is not None and not chinese:
        remarks.append(Remark(Topic.TUNE_LEFT_OUT))
    if request.tune is not None and chinese:
        tune = _tune(request.tune, tongue)
        if form not in (None, VerseForm.CI):
            remarks.append(Remark(Topic.TUNE_IS_CI))
        form = VerseForm.CI
    if form is not None and (form in CHINESE_FORMS) != chinese:
        remarks.append(Remark(Topic.FORM_OF_OTHER_LANGUAGE))
        form = None
    if form is VerseForm.CI and tune is None:
        tune = choices.tune(replace(request, form=form))
        form = form if tune else None
    form = form or choices.form(request)
    rhyme = request.rhyme
    if form in FIXED_RHYMES:
        if rhyme not in (None, FIXED_RHYMES[form]):
            remarks.append(Remark(Topic.RHYME_OF_FORM))
        rhyme = FIXED_RHYMES[form]
    elif rhyme is None:
        rhyme = choices.rhyme(replace(request, form=form))
    return replace(request, form=form, rhyme=rhyme, tune=tune), remarks


def _tune(name: str, tongue: Tongue) -> str:
    found = find_tune(simplified(name), tongue.tunes)
    if found is None:
        known = "、".join([tune for tune in COMMON_TUNES if tune in tongue.tunes][:_NAMED_TUNES])
        raise BadRequest(Reason.UNKNOWN_TUNE, value=name if is_safe_query(name) else "…", known=known)
    return found


def _told(blocks: Sequence[Block], scene: Scene, tongue: Tongue) -> tuple[PlannedStanza, ...]:
    """The stanzas with what they are about: words of the scene, spread over all, and their company."""
    subjects = topics(scene, tongue.company, sum(block.lines for block in blocks))
    wished: set[str] = set()
    planned: list[PlannedStanza] = []
    first = 0
    for block in blocks:
        own = subjects[first : first + block.lines]
        first += block.lines
        wishes = {word: line for line, word in reversed(list(enumerate(own))) if word in scene.keywords}
        due = tuple((word, line) for word, line in sorted(wishes.items(), key=_by_line) if word not in wished)
        wished |= set(wishes)
        keywords = _few(wishes, [word for word in own if word not in scene.keywords], scene.keywords)
        plan = replace(block.plan, keywords=keywords)
        planned.append(
            PlannedStanza(
                plan=plan, label=block.label, wishes=due, joins=block.joins, keeps_rhyme=block.keeps_rhyme
            )
        )
    return tuple(planned)


def _by_line(wish: tuple[str, int]) -> int:
    return wish[1]


def _few(wishes: Iterable[str], company: Sequence[str], scene: Sequence[str]) -> tuple[str, ...]:
    """What a stanza is told: words of the scene that are its own, or one of them; where they are few, some
    that keep them company.
    """
    own = list(wishes)
    told = [*(own or scene[:1]), *company[: max(0, 2 - len(own))]]
    return tuple(dict.fromkeys(told))[:MOST_KEYWORDS]
