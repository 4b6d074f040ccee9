"""`python -m training evaluate lyrics`: verse to 300 prompts that nobody picked, held to every bar.

The network's verse is the bot's own; beside it stand a Markov model in its place, the training stanza that
fits best, and people's held-out stanzas under their own keywords.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from domain.verses import Language
from models.lyrics.versing import write_verse
from training.lyrics.evaluation import bars, measures
from training.lyrics.evaluation.bars import Standings
from training.lyrics.evaluation.blinded import write_blinded
from training.lyrics.evaluation.held_out import people
from training.lyrics.evaluation.likelihoods import STANZAS, held_out_examples, measure_likelihood
from training.lyrics.evaluation.ngram_writer import ORDER
from training.lyrics.evaluation.page import PAGE, SAMPLES, Sampled, write_page
from training.lyrics.evaluation.pieces import Piece, draw_stanzas, stanza_words
from training.lyrics.evaluation.prompts import PROMPTS
from training.lyrics.evaluation.relevance import HOW_TO_INSTALL, MiniLM, find_minilm, measure_relevance
from training.lyrics.evaluation.searching import SEARCHED
from training.lyrics.evaluation.study import COMPARED, Study
from training.lyrics.evaluation.telling_apart import told_apart
from training.lyrics.evaluation.training_words import measure_copying
from training.lyrics.evaluation.writing import MARKOV_CANDIDATES, Author, readable

LONG_RUN = {"en": 6, "zh": 8}
"""Words (Chinese: characters) from which a run that training has too counts as copied."""

"""Stanzas from which on it means something that none holds a slur."""

_TIMED = 5


def measure(study: Study) -> Standings:
    """Every figure of a study."""
    pieces = {author.name: study.written(author) for author in (study.author, *study.rivals, study.markov)}
    pieces["retrieval"] = study.retrieved(pieces[study.network])
    pieces["people"] = people(study.held_out, COMPARED)
    compared = min(COMPARED, *(sum(len(piece.stanzas) for piece in own) for own in pieces.values()))
    figures = {name: _of_pieces(study, own, pieces["people"], compared) for name, own in pieces.items()}
    figures["people"] = {name: value for name, value in figures["people"].items() if name != bars.APART}
    for author in (study.author, *study.rivals):
        figures[author.name] = {**figures[author.name], **_of_network(study, author)}
    figures["markov"] = {**figures["markov"], bars.BITS: figures[study.network]["markov bits"]}
    searched = sum(len(piece.stanzas) for piece in pieces[study.network])
    unsettled = {bars.DISTINCT, bars.ALIKE} if compared < COMPARED else set[str]()
    if searched < SEARCHED:
        unsettled.add(bars.UNSAFE)
    return Standings(study.language, figures, _note(study, compared, searched), unsettled)


def _of_pieces(study: Study, own: Sequence[Piece], human: Sequence[Piece], compared: int) -> dict[str, float]:
    language = str(study.language)
    stanzas, theirs = draw_stanzas(own, compared), draw_stanzas(human, compared)
    words = [stanza_words(stanza, language) for stanza in stanzas]
    copying = measure_copying(study.training_words, words, LONG_RUN[language])
    asked = [piece for piece in own if piece.asked]
    found = {
        bars.SCENE: measures.scene_words_present(own),
        bars.SCHEME: measures.scheme_met(asked),
        bars.DENSITY: measures.rhyme_density(own),
        bars.EXACT: measures.syllables_within(asked, 0),
        bars.NEAR: measures.syllables_within(asked, 1),
        bars.FORM: measures.form_kept(asked),
        bars.DISTINCT: measures.distinct(stanzas, language),
        bars.ALIKE: measures.self_bleu(stanzas, language),
        bars.GRAMS: copying.grams,
        bars.LONGEST: copying.longest,
        bars.QUOTING: copying.quoting,
        bars.UNSAFE: measures.unsafe_stanzas(own)[0],
        bars.APART: told_apart(stanzas, theirs, language),
    }
    if language == "zh":
        return {**found, bars.TONES: measures.tones_alternate(own)}
    minilm = find_minilm()
    if minilm is not None:
        relevance = measure_relevance(MiniLM(minilm), own)
        found[bars.RELEVANCE], found[bars.RELEVANCE_OTHER] = relevance
    return {**found, bars.METRE: measures.in_duple_metre(own)}


def _of_network(study: Study, author: Author) -> dict[str, float]:
    stanzas = max(100, STANZAS * study.prompts // PROMPTS)
    examples = held_out_examples(study.material, stanzas)
    likely = measure_likelihood(author.poet.network, study.ngram, examples, author.poet.vocabulary)
    return {
        bars.BITS: likely.network_bits,
        bars.GAP: likely.gap,
        "markov bits": likely.markov_bits,
        bars.SECONDS: _seconds(study, author),
    }


def _seconds(study: Study, author: Author) -> float:
    """The median time of one core that verse of no length asked for takes, with 16 candidates.

    The bot writes with one thread; what else the machine does meanwhile is not counted.
    """
    prompts = [prompt for prompt in study.answered if prompt.request.lines is None][:_TIMED]
    times: list[float] = []
    for prompt in prompts:
        start = time.process_time()
        write_verse(author.poet, author.tongue, prompt.request)
        times.append(time.process_time() - start)
    return median(times) if times else float("nan")


def _note(study: Study, compared: int, searched: int) -> str:
    outside = sum(prompt.outside for prompt in study.asked)
    answered = len(readable(study.asked, study.author.tongue))
    sentences = [
        f"{study.author.poet.version}; {len(study.asked)} prompts, {outside} of words from outside, "
        f"{answered} answered; {len(study.answered)} verses.",
        f"Compared over {compared} stanzas each (the bars are for {COMPARED}); {searched} are searched for "
        f"slurs here, and {SEARCHED} with `--outputs {SEARCHED}`.",
        "Bits: all a network writes of a stanza, rhyme classes, syllables and line ends included, over the "
        "characters printed; its plan and keywords are told.",
        f"markov: interpolated Kneser-Ney of {ORDER} tokens under the same constraints and wishes, the best "
        f"of {MARKOV_CANDIDATES}; "
        "retrieval: the training stanzas nearest to the scene; people: held-out stanzas, own keywords.",
    ]
    if find_minilm() is None and study.language is Language.ENGLISH:
        sentences.append(f"Scene relevance was not measured: {HOW_TO_INSTALL}")
    return " ".join(sentences)


def list_blinded(study: Study, count: int) -> tuple[Path, Path]:
    """Write stanzas to be rated blind, and their key: the network's, people's and the Markov model's."""
    sources = {
        study.network: study.written(study.author),
        "markov": study.written(study.markov),
        "people": people(study.held_out, COMPARED),
    }
    return write_blinded(sources, count, study.folder)


def write_samples(studies: Sequence[Study], path: Path = PAGE) -> None:
    """Write the page of samples: the first prompts of each language, nothing chosen."""
    parts: list[Sampled] = []
    for study in studies:
        prompts = readable(study.asked, study.author.tongue)[: SAMPLES[study.language]]
        verses = study.author.writes(prompts, study.folder, part="samples")
        pairs = list(zip(prompts, verses, strict=True))
        parts.append(Sampled(study.language, study.author.poet.version, pairs, study.kept_table()))
    write_page(parts, path)
