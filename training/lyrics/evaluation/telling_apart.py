"""How easily a simple reader tells written verse from people's: a stand-in for people who read blind.

Runs of letters and of words, weighed by logistic regression, which never sees the stanzas it is asked about.
Half is as good as guessing; a reader who also knows sense would tell more apart.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline, make_union

_FOLDS = 5
_WORD = r"[^\s]+"
_LEAST = 2 * _FOLDS


def told_apart(written: Sequence[Sequence[str]], people: Sequence[Sequence[str]], language: str) -> float:
    """The area under the curve, over stanzas held out in turn; as many of each kind, of four lines each.

    Not a number where there are too few.
    """
    ours, theirs = (
        ["\n".join(stanza) for stanza in stanzas if len(stanza) == 4] for stanzas in (written, people)
    )
    count = min(len(ours), len(theirs))
    if count < _LEAST:
        return float("nan")
    texts = [*ours[:count], *theirs[:count]]
    labels = np.repeat([1, 0], count)
    letters = TfidfVectorizer(
        analyzer="char", ngram_range=(1, 4 if language == "en" else 2), sublinear_tf=True
    )
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD)
    reader = make_pipeline(make_union(letters, words), LogisticRegression(C=10.0, max_iter=1000))
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    chances = np.asarray(cross_val_predict(reader, texts, labels, cv=folds, method="predict_proba"))
    return float(roc_auc_score(labels, chances[:, 1]))
