"""Stanzas and their plans, and both as tokens: what the networks read and write.

The source is the plan: control tokens, keywords, SEP, the line before. The target has each line from its end:
rhyme class, syllables, the mark that ends it, its words from right to left (the pieces of a word in reading
order), EOL; then EOS. Knows no network and no corpus.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from models.lyrics import pinyin, pronouncing
from models.lyrics.vocabulary import EOL, EOS, SEP, Vocabulary

MARKS = {
    "en": (",", ";", ":", ".", "!", "?", "—", "…", "-"),
    "zh": ("，", "。", "、", "？", "！", "；", "："),
}
"""Punctuation by language."""

JOINT = "-"
"""The mark that stands between the halves of one written word."""

SOUNDS: Mapping[str, ModuleType] = {"en": pronouncing, "zh": pinyin}
"""What tells `syllables(word)` and `rhyme_class(word)` of a language's words."""

MOST_SYLLABLES = {"en": 20, "zh": 12}
OTHER = "other"
"""The name of whatever is too rare for a control token of its own."""


@dataclass(frozen=True, slots=True)
class Line:
    """Words (Chinese: characters) as they stand in the middle of a line, and the mark after each or ''."""

    words: tuple[str, ...]
    marks: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.words) != len(self.marks) or not self.words:
            raise ValueError("every word has a mark, if an empty one")

    @property
    def last_word(self) -> str:
        return self.words[-1].lower()

    def text(self) -> str:
        """The line in print: capital first, marks in their places."""
        if _is_chinese(self.words[0]):
            return "".join(word + mark for word, mark in zip(self.words, self.marks, strict=True))
        shown, capital = "", True
        for word, mark in zip(self.words, self.marks, strict=True):
            shown += _capitalised(word) if capital else word
            shown += {"-": "-", "—": " — ", "": " "}.get(mark, mark + " ")
            capital = mark in (".", "?")
        return shown.rstrip()


@dataclass(frozen=True, slots=True)
class Stanza:
    lines: tuple[Line, ...]

    def text(self) -> str:
        return "\n".join(line.text() for line in self.lines)


@dataclass(frozen=True, slots=True)
class StanzaPlan:
    """What a stanza shall be. Empty or None means free.

    `scheme` has a letter a line (`ABAB`; `ABCD` rhymes nowhere). `syllables` are counts a line. Chinese:
    `form` is "5", "7" or "ci", `tune` a tune pattern's name, `half` 1 or 2 (0: the tune has one part),
    `end_marks` what ends each line.
    """

    language: str
    scheme: str
    register: str = "modern"
    sacred: bool = False
    metre: str = ""
    form: str = ""
    tune: str = ""
    half: int = 0
    syllables: tuple[int, ...] = ()
    end_marks: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    previous: Line | None = None

    def __post_init__(self) -> None:
        if any(wish and len(wish) != self.lines for wish in (self.syllables, self.end_marks)):
            raise ValueError("wishes for lines are one a line")

    @property
    def lines(self) -> int:
        return len(self.scheme)


@dataclass(frozen=True, slots=True)
class Linearised:
    """Token ids. `copyable` is true where a source token belongs to a keyword."""

    source: tuple[int, ...]
    copyable: tuple[bool, ...]
    target: tuple[int, ...]


def linearise(plan: StanzaPlan, stanza: Stanza | None, vocabulary: Vocabulary) -> Linearised:
    """A plan, and the stanza that keeps it (None where it is still to be written), as tokens.

    Keywords and words that the vocabulary can't spell are left out.
    """
    controls = control_ids(plan, vocabulary)
    keywords = [token for word in plan.keywords for token in vocabulary.encode_word(word)]
    before = () if plan.previous is None else reading_ids(plan.previous, vocabulary)
    source = (*controls, *keywords, SEP, *before)
    copyable = tuple(len(controls) <= at < len(controls) + len(keywords) for at in range(len(source)))
    return Linearised(source, copyable, () if stanza is None else target_ids(stanza, vocabulary))


def control_ids(plan: StanzaPlan, vocabulary: Vocabulary) -> tuple[int, ...]:
    """The control tokens of a plan; what the vocabulary has no token for is `other`."""
    names = [f"<{plan.language}>"]
    if plan.language == "en":
        names += [f"<{plan.register}>", *(["<sacred>"] if plan.sacred else [])]
    else:
        names += [f"<form {plan.form}>"]
        if plan.form == "ci":
            names += [f"<tune {plan.tune}>", f"<half {plan.half}>"]
    names += [f"<lines {plan.lines}>"]
    if plan.metre:
        names += [f"<metre {plan.metre}>"]
    names += [f"<scheme {plan.scheme}>"]
    return tuple(_id_or_other(name, vocabulary) for name in names)


def reading_ids(line: Line, vocabulary: Vocabulary) -> tuple[int, ...]:
    """A line's words and marks from left to right."""
    tokens: list[int] = []
    for word, mark in zip(line.words, line.marks, strict=True):
        tokens += vocabulary.encode_word(word)
        if mark:
            tokens.append(vocabulary.id_of(mark))
    return tuple(tokens)


def target_ids(stanza: Stanza, vocabulary: Vocabulary) -> tuple[int, ...]:
    """The lines of a stanza in the order in which they are written."""
    tokens: list[int] = []
    for line in stanza.lines:
        count = line_syllables(line, vocabulary.language)
        tokens += [rhyme_id(line, vocabulary), syllables_id(count, vocabulary)]
        for word, mark in zip(reversed(line.words), reversed(line.marks), strict=True):
            if mark:
                tokens.append(vocabulary.id_of(mark))
            tokens += vocabulary.encode_word(word)
        tokens.append(EOL)
    return (*tokens, EOS)


def read_target(tokens: Sequence[int], vocabulary: Vocabulary) -> Stanza:
    """The stanza that tokens spell; what is not well formed (a line without words) is passed over."""
    lines: list[Line] = []
    for row in _split_lines(tokens):
        words, marks = _read_line(row, vocabulary)
        if words:
            lines.append(Line(tuple(reversed(words)), tuple(reversed(marks))))
    return Stanza(tuple(lines))


def rhyme_id(line: Line, vocabulary: Vocabulary) -> int:
    return _id_or_other(f"<rhyme {SOUNDS[vocabulary.language].rhyme_class(line.last_word)}>", vocabulary)


def syllables_id(count: int, vocabulary: Vocabulary) -> int:
    return vocabulary.id_of(f"<syllables {min(count, MOST_SYLLABLES[vocabulary.language])}>")


def line_syllables(line: Line, language: str) -> int:
    """Syllables of a line's words by the dictionary; Chinese: characters."""
    return sum(SOUNDS[language].syllables(word.lower()) for word in line.words)


def scheme_of(lines: Sequence[Line], language: str) -> str:
    """The rhyme scheme as people's verse has it: a letter a line, in order of appearance."""
    letters: list[str] = []
    for at, line in enumerate(lines):
        earlier = (
            letters[other]
            for other in range(at - 1, -1, -1)
            if SOUNDS[language].rhymes_in_verse(lines[other].last_word, line.last_word)
        )
        letters.append(next(earlier, chr(ord("A") + len(set(letters)))))
    return "".join(letters)


def _id_or_other(name: str, vocabulary: Vocabulary) -> int:
    return vocabulary.id_of(name if name in vocabulary else name.partition(" ")[0] + f" {OTHER}>")


def _split_lines(tokens: Sequence[int]) -> Iterator[list[int]]:
    row: list[int] = []
    for token in tokens:
        if token == EOS:
            break
        if token == EOL:
            yield row
            row = []
        else:
            row.append(token)
    if row:
        yield row


def _read_line(row: Sequence[int], vocabulary: Vocabulary) -> tuple[list[str], list[str]]:
    """Words and marks from right to left; a mark is written before the word that it follows."""
    words: list[str] = []
    marks: list[str] = []
    pieces: list[int] = []
    waiting = mark = ""
    for token in (*row, EOL):
        ends = not vocabulary.is_piece(token) or vocabulary.starts_word(token)
        if ends and pieces:
            words.append(vocabulary.decode_word(pieces))
            marks.append(mark)
            pieces, mark, waiting = [], "", ""
        if vocabulary.is_mark(token):
            waiting = vocabulary.names[token]
        elif vocabulary.is_piece(token):
            if not pieces:
                mark = waiting
            pieces.append(token)
    return words, marks


def _capitalised(word: str) -> str:
    at = 1 if word[0] == "'" and len(word) > 1 else 0
    return word[:at] + word[at].upper() + word[at + 1 :]


def _is_chinese(word: str) -> bool:
    return "\u3400" <= word[0] <= "\u9fff"
