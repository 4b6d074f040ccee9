"""What a stanza is held to while it is written: exact syllables, rhymes where its scheme has them.

Lines are written from their ends (see `stanzas`). Knows which token may come next, not which one is good.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.lyrics.lexicon import Lexicon, Node, Tries, Word, up_to
from models.lyrics.pairs import END
from models.lyrics.stanzas import JOINT, MARKS, MOST_SYLLABLES, OTHER, StanzaPlan
from models.lyrics.vocabulary import EOL, EOS, Vocabulary

Mask = NDArray[np.bool_]

_CLOSING = {"en": (".", "!", "?", "…"), "zh": ("。", "！", "？")}
"""What a stanza may end with."""
_FEWEST_SYLLABLES = {"en": 3, "zh": 2}
_MOST_FREE_SYLLABLES = 12
_SPARE_WORDS = 3
"""How many words more than the scheme asks for a rhyme class must have to be begun."""


class Stage(Enum):
    RHYME = auto()
    SYLLABLES = auto()
    LINE_END = auto()
    """A mark or the line's last word, which is written first."""
    WORD = auto()
    MARKED = auto()
    """After a mark, before the word it follows."""
    CLOSED = auto()
    DONE = auto()


class StanzaConstraint:
    """Holds one stanza to a plan. Raises ValueError where the lexicon has too few words for its rhymes."""

    def __init__(self, plan: StanzaPlan, lexicon: Lexicon, vocabulary: Vocabulary) -> None:
        self.plan, self.lexicon, self.vocabulary = plan, lexicon, vocabulary
        self._times = Counter(plan.scheme)
        self._names = {
            vocabulary.id_of(f"<rhyme {name}>"): name
            for name in lexicon.endings
            if f"<rhyme {name}>" in vocabulary
        }
        self._class_ids = {name: token for token, name in self._names.items()}
        self._counts = {
            vocabulary.id_of(f"<syllables {count}>"): count
            for count in range(1, MOST_SYLLABLES[plan.language] + 1)
            if f"<syllables {count}>" in vocabulary
        }
        if not lexicon.free.counts & 0b10:
            raise ValueError("there is no word of one syllable to fill a line with")
        for letter in self._times:
            # Every letter takes a class of its own: in the worst case the others have taken their share.
            if len(list(self._classes(plan.scheme.index(letter)))) < len(self._times):
                raise ValueError(f"too few words for the scheme {plan.scheme}")

    def start(self, *, rhyme: str = "", used: frozenset[str] = frozenset()) -> "StanzaHold":
        """Before the first line. `used` are the sounds that no line may end in any more; where a `rhyme` is
        given, the lines that rhyme most have to be of that class.
        """
        often, times = self._times.most_common(1)[0]
        bound = ((often, rhyme),) if times > 1 and rhyme in self._choices(often) else ()
        return StanzaHold(self, bound=bound, used=used)

    @cached_property
    def inner_marks(self) -> tuple[int, ...]:
        return tuple(map(self.vocabulary.id_of, MARKS["en"])) if self.plan.language == "en" else ()

    def end_marks(self, line: int) -> tuple[str, ...]:
        """What may end a line, '' for nothing."""
        if self.plan.end_marks:
            return (self.plan.end_marks[line],)
        if line == self.plan.lines - 1:
            return _CLOSING[self.plan.language]
        marks = tuple(mark for mark in MARKS[self.plan.language] if mark != JOINT)
        return ("", *marks) if self.plan.language == "en" else marks

    def fewest_syllables(self, line: int) -> int:
        """The least that all lines rhyming with this one may have."""
        if not self.plan.syllables:
            return _FEWEST_SYLLABLES[self.plan.language]
        letter = self.plan.scheme[line]
        return min(
            count for count, own in zip(self.plan.syllables, self.plan.scheme, strict=True) if own == letter
        )

    def tries(self, line: int) -> Tries:
        """The words a line may end in: those that rhyme perfectly, where another has to."""
        rhyming = self._times[self.plan.scheme[line]] > 1
        return self.lexicon.rhymes if rhyming else self.lexicon.endings

    def _classes(self, line: int) -> Iterator[str]:
        """The rhyme classes that have words enough for a line and all that rhyme with it."""
        times, limit = self._times[self.plan.scheme[line]], self.fewest_syllables(line)
        for name in self._class_ids:
            if name == OTHER and times > 1:
                continue
            wanted = times + _SPARE_WORDS
            sounds: set[str] = set()
            for word in self.tries(line).words(name):
                if word.syllables <= limit:
                    sounds.add(word.sound)
                    if len(sounds) == wanted:
                        yield name
                        break

    def rhyme_ids(self, line: int, bound: dict[str, str]) -> list[int]:
        """Tokens of the classes a line may take: its letter's own, or one that no other letter has."""
        letter = self.plan.scheme[line]
        if letter in bound:
            return [self._class_ids[bound[letter]]]
        return [self._class_ids[name] for name in self._choices(letter) if name not in bound.values()]

    @cached_property
    def _class_choices(self) -> dict[str, tuple[str, ...]]:
        return {letter: tuple(self._classes(self.plan.scheme.index(letter))) for letter in self._times}

    def _choices(self, letter: str) -> tuple[str, ...]:
        return self._class_choices[letter]

    def syllable_ids(self, line: int) -> list[int]:
        if self.plan.syllables:
            return [token for token, count in self._counts.items() if count == self.plan.syllables[line]]
        fewest = self.fewest_syllables(line)
        return [token for token, count in self._counts.items() if fewest <= count <= _MOST_FREE_SYLLABLES]

    def class_of(self, token: int) -> str:
        return self._names[token]

    def count_of(self, token: int) -> int:
        return self._counts[token]

    def starts(self, room: int) -> Mask:
        """(V,) the pieces that begin a word of at most `room` syllables."""
        return self.lexicon.starts(room, len(self.vocabulary))

    def mask(self, tokens: "Iterator[int] | list[int] | tuple[int, ...]") -> Mask:
        allowed = np.zeros(len(self.vocabulary), np.bool_)
        allowed[list(tokens)] = True
        return allowed


@dataclass(frozen=True, slots=True)
class StanzaHold:
    """Where one row stands.

    `room` are the syllables still to be filled, the word being written included; `node` is where that word
    has come to in its trie, `last` whether it is the line's last, `joined` whether the mark was a hyphen,
    `following` what comes after that word, and `used` how last words sounded so far.
    """

    rules: StanzaConstraint
    line: int = 0
    stage: Stage = Stage.RHYME
    bound: tuple[tuple[str, str], ...] = ()
    used: frozenset[str] = frozenset()
    room: int = 0
    node: Node | None = None
    last: bool = True
    joined: bool = False
    following: str | None = None

    @property
    def finished(self) -> bool:
        return self.stage is Stage.DONE

    @property
    def beside(self) -> tuple[str, str | None] | None:
        """What a word that begins now stands before: a word and what is after it, or END; None where none can
        begin or it is joined by a hyphen.
        """
        if self.stage is Stage.WORD:
            word = None if self.node is None else self.node.word
            return None if word is None else (word.text, self.following)
        ends = self.stage is Stage.LINE_END or (self.stage is Stage.MARKED and not self.joined)
        return (END, None) if ends else None

    def allowed(self) -> Mask:
        """(V,) which tokens may come next; EOS where the stanza is finished, none where no word is left for
        a rhyme.
        """
        rules = self.rules
        match self.stage:
            case Stage.RHYME:
                return rules.mask(rules.rhyme_ids(self.line, dict(self.bound)))
            case Stage.SYLLABLES:
                return rules.mask(rules.syllable_ids(self.line))
            case Stage.LINE_END:
                return self._line_end()
            case Stage.WORD:
                return self._inside_word()
            case Stage.MARKED:
                return rules.mask(self._first_pieces()) if self.last else rules.starts(self.room)
            case _:
                return rules.mask([EOS])

    def after(self, token: int) -> "StanzaHold":
        """The state after an allowed token; of others nothing is promised."""
        rules = self.rules
        match self.stage:
            case Stage.RHYME:
                letter, name = rules.plan.scheme[self.line], rules.class_of(token)
                bound = tuple(sorted({**dict(self.bound), letter: name}.items()))
                return replace(self, stage=Stage.SYLLABLES, bound=bound)
            case Stage.SYLLABLES:
                return replace(self, stage=Stage.LINE_END, room=rules.count_of(token), last=True)
            case Stage.CLOSED | Stage.DONE:
                return replace(self, stage=Stage.DONE)
            case _:
                return self._after_piece(token)

    def _after_piece(self, token: int) -> "StanzaHold":
        rules = self.rules
        if self.node is not None and token in self.node.children:
            return replace(self, node=self.node.children[token])
        state = self._word_done() if self.node is not None else self
        if token == EOL:
            closed = self.line == rules.plan.lines - 1
            return replace(state, line=self.line + 1, stage=Stage.CLOSED if closed else Stage.RHYME)
        if rules.vocabulary.is_mark(token):
            return replace(state, stage=Stage.MARKED, joined=rules.vocabulary.names[token] == JOINT)
        root = state.ending_root() if state.last else rules.lexicon.free
        beside = self.beside
        following = None if beside is None else beside[0]
        return replace(state, stage=Stage.WORD, node=root.children[token], following=following)

    def _word_done(self) -> "StanzaHold":
        word = self.node.word if self.node is not None else None
        if word is None:
            raise ValueError("a word broke off")
        used = self.used | {word.sound} if self.last else self.used
        return replace(self, node=None, last=False, used=used, room=self.room - word.syllables)

    def ending_root(self) -> Node:
        """The trie of the words this line may end in."""
        name = dict(self.bound)[self.rules.plan.scheme[self.line]]
        return self.rules.tries(self.line)[name]

    def _line_end(self) -> Mask:
        rules = self.rules
        marks = rules.end_marks(self.line)
        tokens = [rules.vocabulary.id_of(mark) for mark in marks if mark]
        return rules.mask([*tokens, *(self._first_pieces() if "" in marks else ())])

    def _first_pieces(self) -> list[int]:
        return [piece for piece, node in self.ending_root().children.items() if self._leads_on(node)]

    def _leads_on(self, node: Node) -> bool:
        """Whether a word that may still stand here lies at or below a node."""
        if not node.counts & up_to(self.room):
            return False
        return not self.last or any(self._fits(word) for word in node.words)

    def _fits(self, word: Word) -> bool:
        return word.syllables <= self.room and not (self.last and word.sound in self.used)

    def _inside_word(self) -> Mask:
        node, rules = self.node, self.rules
        if node is None:
            raise ValueError("no word was begun")
        going_on = [piece for piece, below in node.children.items() if self._leads_on(below)]
        if node.word is None or not self._fits(node.word):
            return rules.mask(going_on)
        room = self.room - node.word.syllables
        if room == 0:
            return rules.mask([*going_on, EOL])
        allowed = rules.starts(room).copy()
        allowed[[*going_on, *rules.inner_marks]] = True
        return allowed
