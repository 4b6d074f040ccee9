"""The vocabularies: pieces learnt from the training stanzas, and the control tokens there is use for."""

import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import sentencepiece

from models.lyrics.metre import METRES
from models.lyrics.stanzas import MARKS, MOST_SYLLABLES, OTHER, SOUNDS
from models.lyrics.vocabulary import FIXED, Vocabulary
from training.corpora.verses import Verse

ENGLISH_SIZE = 8192
"""Tokens of the English vocabulary in all."""
_RHYMES = 200
_SCHEMES = 40
_LINES = {"en": range(2, 9), "zh": range(2, 15)}
_LEAST_SHOWN = 5
_LEAST_CHARACTERS = 4
"""How often a Chinese character has to come to be a token."""


def english_vocabulary(verses: Iterable[Verse]) -> Vocabulary:
    """Byte pairs (Sennrich 2016) of the training stanzas' words, with control tokens for what is frequent."""
    words, rhymes, schemes = _counted(verses, "en")
    controls = (
        "<en>", "<modern>", "<archaic>", "<sacred>", *_lines_controls("en"),
        *(f"<metre {metre}>" for metre in METRES),
        *_names("scheme", schemes, _SCHEMES), *_names("rhyme", rhymes, _RHYMES),
        *(f"<syllables {count}>" for count in range(1, MOST_SYLLABLES["en"] + 1)),
    )  # fmt: skip
    lower: Counter[str] = Counter()
    for word, count in words.items():
        lower[word.lower()] += count
    size = ENGLISH_SIZE - len(FIXED) - len(controls) - len(MARKS["en"])
    shown = {
        word.lower(): word for word, count in words.items() if word != word.lower() and count >= _LEAST_SHOWN
    }
    return Vocabulary("en", controls, MARKS["en"], byte_pairs(lower, size), shown)


def chinese_vocabulary(verses: Iterable[Verse], tunes: Iterable[str]) -> Vocabulary:
    """The characters of the training stanzas, the commonest first."""
    characters, rhymes, schemes = _counted(verses, "zh")
    controls = (
        "<zh>", "<form 5>", "<form 7>", "<form ci>",
        *(f"<tune {tune}>" for tune in sorted(tunes)), f"<tune {OTHER}>",
        "<half 0>", "<half 1>", "<half 2>", *_lines_controls("zh"),
        *_names("scheme", schemes, _SCHEMES), *_names("rhyme", rhymes, len(rhymes)),
        *(f"<syllables {count}>" for count in range(1, MOST_SYLLABLES["zh"] + 1)),
    )  # fmt: skip
    ranked = sorted(characters.items(), key=lambda item: (-item[1], item[0]))
    pieces = [character for character, count in ranked if count >= _LEAST_CHARACTERS]
    return Vocabulary("zh", controls, MARKS["zh"], pieces, {})


def byte_pairs(words: Mapping[str, int], size: int) -> list[str]:
    """`size` pieces (fewer where the words give no more), in the order in which they are to be merged."""
    model = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "words.tsv"
        ranked = sorted(words.items(), key=lambda item: (-item[1], item[0]))
        table.write_text("".join(f"{word}\t{count}\n" for word, count in ranked), encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(  # pyright: ignore[reportAttributeAccessIssue]
            input=str(table), input_format="tsv", model_writer=model, model_type="bpe", vocab_size=size + 3,
            hard_vocab_limit=False, character_coverage=1.0, normalization_rule_name="identity", num_threads=1,
            input_sentence_size=0, minloglevel=2,
        )  # fmt: skip
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())  # pyright: ignore[reportAttributeAccessIssue]
    names = [pieces.id_to_piece(number) for number in range(len(pieces))]
    return [name for name in names if not name.startswith("<")]


def _counted(verses: Iterable[Verse], language: str) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """How often each word, class of rhymes and scheme comes; what rhymes with nothing has no class."""
    words: Counter[str] = Counter()
    rhymes: Counter[str] = Counter()
    schemes: Counter[str] = Counter()
    for verse in verses:
        words.update(word for line in verse.stanza.lines for word in line.words)
        rhymes.update(str(SOUNDS[language].rhyme_class(line.last_word)) for line in verse.stanza.lines)
        schemes[verse.scheme] += 1
    rhymes.pop("None", None)
    return words, rhymes, schemes


def _lines_controls(language: str) -> tuple[str, ...]:
    return (*(f"<lines {count}>" for count in _LINES[language]), f"<lines {OTHER}>")


def _names(kind: str, counts: Counter[str], most: int) -> list[str]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [*(f"<{kind} {name}>" for name, _ in ranked[:most]), f"<{kind} {OTHER}>"]
