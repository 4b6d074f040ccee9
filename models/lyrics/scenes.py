"""A scene as somebody typed it: its language, the words that verse is to be about, and a topic for each line.

Knows single words and which keep company with them; understands no sentence.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from models.lyrics.lemmas import lemma
from models.lyrics.neighbours import Neighbours
from models.lyrics.safety import is_safe_query
from models.lyrics.simplifying import Simplifier

MOST_KEYWORDS = 4
"""Words a stanza is told at once."""
MOST_READ = 4000
"""Characters of what was typed that are looked at."""

_STOP_WORDS = (
    "a an and are but by her his if in is it its me my of or our so the to us was we were about above "
    "after again all alone along already also although always among another any are away back been "
    "before behind being below beneath beside better between beyond both bring brought came can cannot "
    "can't come comes could did didn't does don't done down each either else even ever every far few "
    "first for forth found from full gave get give given gives goes gone good got great had has have "
    "having hear heard her here hers herself him himself his how i'll i'm i've indeed into it's its "
    "itself just keep kept knew know known knows last least leave left less let like little long look "
    "looked looks made make makes many may might mine more most much must myself naught near never new "
    "next none nor not nothing now off often once one only other others our ours out over own part past "
    "place put quite rather round said same saw say says see seem seemed seems seen shall she should "
    "show since some something soon still stood such take taken takes tell than that that's the thee "
    "their them themselves then there there's therefore these they they'll they're thing things think "
    "this those thou though thought three through thus thy till times together told too took toward "
    "towards true turn turned two under until unto upon used very want was way ways well went were what "
    "what's when whence where which while who whole whom whose why will with within without won't would "
    "yes yet you you'll you're your yours 'tis 'twas 'twere 'neath 'mid 'em hath doth hast dost shalt "
    "wilt art ye ere o'er ne'er e'er e'en did'st thine himself she's he's he'll we'll we're i'd he'd "
    "she'd you'd they'd we'd isn't wasn't couldn't wouldn't shouldn't ain't nay aye upon old men man "
    "day name call called half hold held set sent stand stands lie lies lay bear born best ill fair "
    "sweet poor high low dear cannot perhaps"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())

_NO_WORDS = re.compile(r"<[@#:a][^>]*>|https?://\S+|[@#]\S+|`+|\*+|_+|~+|\|+")
"""Mentions, links, custom emoji and the signs of markdown."""
_ENGLISH = re.compile(r"[a-z]+(?:'[a-z]+)*")
_CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+")
_LONGEST_WORD = 20
_PARTICLES = frozenset("的了和与在之是有上下里中一个这那我你他她它们着过吗呢吧啊")


class Unreadable(StrEnum):
    """Why no scene was found in what was typed."""

    EMPTY = "empty"
    NO_WORDS = "no words"
    LANGUAGE = "language"
    UNSAFE = "unsafe"


class SceneError(ValueError):
    """There is no scene to write of; `reason` says why."""

    def __init__(self, reason: Unreadable) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Scene:
    """What verse is to be about.

    `keywords` are one to four, as they were typed but in lower case (Chinese: simplified); `language` is "en"
    or "zh".
    """

    language: str
    keywords: tuple[str, ...]


def read_scene(text: str, *, language: str | None = None, known: Neighbours | None = None) -> Scene:
    """The scene in a text of any kind; its language, where none is asked for, is that of most of its letters.

    `known` are the words there are neighbours for; they cut Chinese into words.
    Raises SceneError where there is nothing to write of.
    """
    text = text[:MOST_READ]
    if not text.strip():
        raise SceneError(Unreadable.EMPTY)
    if not is_safe_query(text):
        raise SceneError(Unreadable.UNSAFE)
    plain = _plain(text)
    if language is None:
        language = _language(plain)
    words = list(_english_words(plain) if language == "en" else _chinese_words(plain, known or {}))
    if not words:
        raise SceneError(Unreadable.NO_WORDS if not _letters(plain) else Unreadable.LANGUAGE)
    return Scene(language, _most_said(words, lemma if language == "en" else str))


def scripts(text: str) -> tuple[str, ...]:
    """The languages that a text has letters of, that of most of them first."""
    plain = _plain(text)
    there = {"zh": bool(_CHINESE.search(plain)), "en": bool(_ENGLISH.search(_unaccented(plain)))}
    main = _language(plain)
    return tuple(language for language in (main, *({"zh", "en"} - {main})) if there[language])


def near(word: str, neighbours: Neighbours) -> Sequence[str]:
    """The neighbours of a word or of a form of it; none for one that has none."""
    forms = (word, lemma(word), word + "s", lemma(word) + "s", word[-1:], word[:1])
    forms = forms if _CHINESE.fullmatch(word) else forms[:4]
    return next((neighbours[form] for form in forms if form in neighbours), ())


def topics(scene: Scene, neighbours: Neighbours, lines: int) -> tuple[str, ...]:
    """A word for each line: the keywords in turn, spread out, and their neighbours between them."""
    company = {
        word: iter([other for other in near(word, neighbours) if other not in scene.keywords])
        for word in scene.keywords
    }
    step = max(1, lines // len(scene.keywords))
    found: list[str] = []
    for line in range(lines):
        word = scene.keywords[min(line // step, len(scene.keywords) - 1)]
        found.append(word if line % step == 0 else next(company[word], word))
    return tuple(found)


def _plain(text: str) -> str:
    """Lower case, one form of each sign, without what is no word."""
    text = unicodedata.normalize("NFKC", text[:MOST_READ]).replace("’", "'")
    return _NO_WORDS.sub(" ", text).lower()


def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalpha())


def _language(text: str) -> str:
    chinese = sum(map(len, _CHINESE.findall(text)))
    english = sum(map(len, _ENGLISH.findall(_unaccented(text))))
    # A Chinese character says as much as several letters.
    return "zh" if 3 * chinese > english else "en"


def _unaccented(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _english_words(text: str) -> Iterator[str]:
    found = [word for word in _ENGLISH.findall(_unaccented(text)) if 1 < len(word) <= _LONGEST_WORD]
    telling = [word for word in found if word not in STOP_WORDS and len(word) > 2]
    yield from telling or found


@cache
def _simplifier() -> Simplifier:
    return Simplifier()


def simplified(text: str) -> str:
    """Chinese in simplified characters."""
    return _simplifier()(text)


def _chinese_words(text: str, known: Neighbours) -> Iterator[str]:
    """Pairs that are known words, else single characters that are, else pairs as they stand."""
    for run in _CHINESE.findall(simplified(text)):
        if len(run) <= 2 and run not in _PARTICLES:
            yield run
            continue
        at = 0
        while at < len(run):
            pair = run[at : at + 2]
            if len(pair) == 2 and (pair in known or not set(pair) & _PARTICLES):
                yield pair
                at += 2
            else:
                if run[at] not in _PARTICLES:
                    yield run[at]
                at += 1


def _most_said(words: Sequence[str], same: Callable[[str], str]) -> tuple[str, ...]:
    """The words said most often, in the order in which they came; of several forms the first."""
    forms: dict[str, str] = {}
    for word in words:
        forms.setdefault(same(word), word)
    counts = Counter(same(word) for word in words)
    order = list(forms)
    most = sorted(order, key=lambda form: (-counts[form], order.index(form)))[:MOST_KEYWORDS]
    return tuple(forms[form] for form in order if form in most)
