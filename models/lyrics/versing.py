"""Verse written to its plan: for each stanza several candidates side by side, of which the best is kept.

A moment at a time, so that who waits hears how far it is. Knows no request but the plan's.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from domain.verses import LyricsRequest, Verse
from models.leanings import NO_LEANING, Leaning, gains
from models.lyrics import seq2seq
from models.lyrics.beam import Manner, Sampling
from models.lyrics.constraint import StanzaConstraint, StanzaHold
from models.lyrics.files import Poet
from models.lyrics.lemmas import lemma
from models.lyrics.lexicon import with_words
from models.lyrics.merits import Weights, merits_of
from models.lyrics.printing import Kept, finished_verse, printed
from models.lyrics.rows import Task, Written
from models.lyrics.stanzas import StanzaPlan, linearise, read_target
from models.lyrics.tongues import Tongue
from models.lyrics.verse_plans import PlannedStanza, VersePlan, knows, plan_verse
from models.lyrics.verse_traits import describe
from models.lyrics.wishes import Wish

STEPS_A_MOMENT = 8
"""Tokens that `advance` writes of each candidate: some hundred milliseconds."""
LIKING = 1.0
"""What a candidate gains, in nats a token, for each logit that it is more likely to be liked."""

MOST_LIKING = 1.0
"""The most that it gains or loses by that: what is spoilt is not kept for being in the right taste."""

_ROWS_AT_ONCE = 192
_LONGEST_LINE = 60
_MOST_REFUSED = 20
"""How often all candidates of a stanza may be refused: at some one in a thousand, never reached."""
_MANNERS = {
    "en": Manner(
        heat=1.15,
        top_p=0.92,
        guidance=1.0,
        bonus=1.2,
        freshness=4.0,
        strangeness=5.0,
        pauses=1.2,
        smallness=0.5,
    ),
    "zh": Manner(top_p=0.92, guidance=0.25, bonus=1.2, freshness=3.0, strangeness=3.0),
}


class Versing:
    """Writes the verse of one plan. Every chance comes from the request's seed.

    The leaning has a say among candidates that are about as good.
    """

    def __init__(self, poet: Poet, tongue: Tongue, plan: VersePlan, leaning: Leaning = NO_LEANING) -> None:
        self.poet, self.tongue, self.leaning = poet, tongue, leaning
        kind = "seq2seq" if isinstance(poet.network, seq2seq.Seq2seq) else "transformer"
        self.plan = replace(plan, request=replace(plan.request, model=kind))
        self.lexicon = (
            with_words(tongue.lexicon, plan.words, tongue.vocabulary) if plan.words else tongue.lexicon
        )
        self.kept: list[Kept] = []
        self._refused = 0
        self._said: frozenset[int] = frozenset()
        self._used: frozenset[str] = frozenset()
        self._rhyme = ""
        self._sampling: Sampling | None = None

    @property
    def finished(self) -> bool:
        return len(self.kept) == len(self.plan.stanzas)

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1."""
        total = sum(stanza.plan.lines for stanza in self.plan.stanzas)
        done = float(sum(len(kept.stanza.lines) for kept in self.kept))
        if self._sampling is not None:
            done += sum(row.line for row in self._sampling.rows) / len(self._sampling.rows)
        return done / total

    @property
    def manner(self) -> Manner:
        """How tokens are chosen."""
        planned = max(stanza.plan.lines for stanza in self.plan.stanzas)
        manner = _MANNERS[self.tongue.language]
        temperature = manner.heat * self.plan.request.temperature
        return replace(manner, temperature=temperature, longest=planned * _LONGEST_LINE)

    def advance(self) -> None:
        """Write a moment's tokens of every candidate of the stanza that it is at."""
        if self.finished:
            return
        if self._sampling is None:
            self._sampling = Sampling(self.poet.network, self.tasks(), self.tongue.words, self.manner)
        for _ in range(STEPS_A_MOMENT):
            self._sampling.step()
            if self._sampling.finished:
                rows, self._sampling = self._sampling.rows, None
                self.take(rows)
                return

    def tasks(self) -> list[Task]:
        """The candidates of the next stanza."""
        number = len(self.kept)
        planned = self.plan.stanzas[number]
        previous = self.kept[-1].stanza.lines[-1] if self.kept else None
        plan = replace(planned.plan, previous=previous)
        source = linearise(plan, None, self.tongue.vocabulary)
        start = self._constraint(plan).start(
            rhyme=self._rhyme if planned.keeps_rhyme else "", used=self._used
        )
        wishes = tuple(Wish(self._spellings(word), line) for word, line in planned.wishes)
        request = self.plan.request
        first = self._refused * request.candidates
        return [
            Task(
                source.source,
                source.copyable,
                start,
                tuple(wish for wish in wishes if wish.spellings),
                self._said,
                _seed(request.seed, number, candidate),
            )
            for candidate in range(first, first + request.candidates)
        ]

    def take(self, rows: Sequence[Written]) -> None:
        """Keep the best of the rows that were written to `tasks`; none where all are unsafe (few lines, and
        their first letters spell something), so that `tasks` draws others.
        """
        planned = self.plan.stanzas[len(self.kept)]
        whole = [row for row in rows if row.hold.finished] or list(rows)
        weighed = [self._weighed(row, planned) for row in whole]
        weights = Weights()
        worth = [
            kept.merits.total(weights) + gain
            for kept, gain in zip(weighed, self._likings(weighed), strict=True)
        ]
        best = max(range(len(whole)), key=lambda at: (worth[at], -at))
        if not weighed[best].merits.safe and self._refused < _MOST_REFUSED:
            self._refused += 1
            return
        self._refused = 0
        self.kept.append(weighed[best])
        row = whole[best]
        self._said = row.said
        if isinstance(row.hold, StanzaHold):
            self._used = row.hold.used
            letter = Counter(planned.plan.scheme).most_common(1)[0][0]
            self._rhyme = dict(row.hold.bound).get(letter, self._rhyme)

    def _likings(self, candidates: Sequence[Kept]) -> list[float]:
        """What each candidate gains by being liked."""
        if self.leaning == NO_LEANING:
            return [0.0] * len(candidates)
        language = self.tongue.language
        stanzas = [printed([one], language) for one in candidates]
        liked = [self.leaning.of(describe((stanza,), language)) for stanza in stanzas]
        return gains(liked, each=LIKING, most=MOST_LIKING)

    def choose_best(self) -> Verse:
        """The finished verse. Raises RuntimeError before it is."""
        if not self.finished:
            raise RuntimeError("the verse is not finished")
        return finished_verse(self.plan, self.kept, self.tongue, version=self.poet.version)

    def _constraint(self, plan: StanzaPlan) -> StanzaConstraint:
        """What holds a stanza; where there are too few words for its rhymes, it does without."""
        try:
            return StanzaConstraint(plan, self.lexicon, self.tongue.vocabulary)
        except ValueError:
            letters = "".join(chr(ord("A") + line) for line in range(plan.lines))
            return StanzaConstraint(replace(plan, scheme=letters), self.lexicon, self.tongue.vocabulary)

    def _spellings(self, word: str) -> tuple[tuple[int, ...], ...]:
        """The pieces of every form of a word that will do. Chinese is written from its end."""
        vocabulary = self.tongue.vocabulary
        if self.tongue.language == "zh":
            return (tuple(reversed(vocabulary.encode_word(word))),)
        forms = [form for form in forms_of(word) if form == word or knows(self.tongue, form)]
        return tuple(pieces for form in forms if (pieces := vocabulary.encode_word(form)))

    def _weighed(self, row: Written, planned: PlannedStanza) -> Kept:
        stanza = read_target(row.tokens, self.tongue.vocabulary)
        said = max(len(row.tokens), 1)
        merits = merits_of(
            stanza,
            [line for kept in self.kept for line in kept.stanza.lines],
            language=self.tongue.language,
            nats=row.nats / said,
            relevance=row.gain / said,
            wishes=1 - len(row.wishes.waiting) / max(1, len(planned.wishes)),
            quotations=self.tongue.quotations,
            pairs=self.tongue.pairs,
        )
        return Kept(stanza, planned, merits)


def write_verse(
    poet: Poet, tongue: Tongue, request: LyricsRequest, *, syllables: Sequence[int] | None = None
) -> Verse:
    """Plan verse and write it, at once. Raises BadRequest (SCENE_*, UNKNOWN_TUNE)."""
    versing = Versing(poet, tongue, plan_verse(request, tongue, syllables=syllables))
    while not versing.finished:
        versing.advance()
    return versing.choose_best()


def write_verses(
    poet: Poet, tongue: Tongue, requests: Sequence[LyricsRequest], leaning: Leaning = NO_LEANING
) -> list[Verse]:
    """Verse for many requests, their candidates side by side; the same (but for rounding) as one by one."""
    plans = [plan_verse(request, tongue, leaning=leaning) for request in requests]
    versings = [Versing(poet, tongue, plan, leaning) for plan in plans]
    for _ in written_together(versings):
        pass
    return [versing.choose_best() for versing in versings]


def written_together(versings: Sequence[Versing]) -> Iterator[None]:
    """Finish verses of one poet, their candidates side by side, a token of each at a time."""
    going = list(versings)
    while going:
        batch: list[Versing] = []
        rows = 0
        for versing in sorted(going, key=lambda one: (one.manner.temperature, one.manner.longest)):
            count = versing.plan.request.candidates
            if batch and (rows + count > _ROWS_AT_ONCE or versing.manner != batch[0].manner):
                break
            batch.append(versing)
            rows += count
        yield from _advanced_together(batch)
        going = [versing for versing in going if not versing.finished]


def _advanced_together(batch: Sequence[Versing]) -> Iterator[None]:
    """Write the next stanza of each."""
    tasks = [versing.tasks() for versing in batch]
    poet, words = batch[0].poet, batch[0].tongue.words
    sampling = Sampling(poet.network, [task for own in tasks for task in own], words, batch[0].manner)
    while not sampling.finished:
        sampling.step()
        yield
    first = 0
    for versing, own in zip(batch, tasks, strict=True):
        versing.take(sampling.rows[first : first + len(own)])
        first += len(own)


def forms_of(word: str) -> list[str]:
    """A word and other forms of it that would do as well: birds, bird."""
    root = lemma(word)
    stem = root.removesuffix("e")
    forms = (word, root, root + "s", root + "es", root + "'s", stem + "ing", stem + "ed")
    return [form for form in dict.fromkeys(forms) if lemma(form) == root]


def _seed(seed: int, stanza: int, candidate: int) -> int:
    return int(np.random.SeedSequence([seed, stanza, candidate]).generate_state(1, np.uint64)[0])
