"""A network left to itself: one candidate a stanza, nothing chosen, as teacher forcing never shows it.

For comparing ways of teaching; what people get is chosen among candidates.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from models.lyrics.files import AnyWriter, Poet
from models.lyrics.stanzas import target_ids
from models.lyrics.tongues import Tongue
from models.lyrics.verse_plans import plan_verse
from models.lyrics.versing import Versing
from training.evaluation.ngram import NGram
from training.lyrics.evaluation import measures
from training.lyrics.evaluation.pieces import stanza_words
from training.lyrics.evaluation.prompts import Prompt


def measure_free_running(
    network: AnyWriter, tongue: Tongue, prompts: Sequence[Prompt], ngram: NGram
) -> dict[str, float]:
    """What a network's first and only candidates are like.

    `ngram` says how likely they are to a model that knows people's verse alone, in nats a token: far below
    people's they are bland, far above they are no verse.
    """
    poet = Poet("free", network, tongue.vocabulary)
    stanzas: list[list[str]] = []
    nats, tokens, unused = 0.0, 0, 0.0
    for prompt in prompts:
        versing = Versing(poet, tongue, plan_verse(replace(prompt.request, candidates=1), tongue))
        while not versing.finished:
            versing.advance()
        for kept in versing.kept:
            stanzas.append([line.text() for line in kept.stanza.lines])
            target = np.array(target_ids(kept.stanza, tongue.vocabulary), np.int64)
            nats += ngram.nll(target)
            tokens += len(target)
        verse = versing.choose_best()
        unused += 1 - len(verse.scene_words) / len(versing.plan.scene.keywords)
    language = str(tongue.language)
    words = [len(stanza_words(stanza, language)) for stanza in stanzas]
    return {
        "distinct-2": measures.distinct(stanzas, language),
        "self-BLEU-4": measures.self_bleu(stanzas, language),
        "scene words": 1 - unused / len(prompts),
        "n-gram's nats a token": nats / tokens,
        "words a stanza": float(np.mean(words)),
    }
