"""Musical evaluation: what a generator's pieces are worth beside human music.

`evaluate_scores` measures, `print_evaluation` shows it with the bars. Works on scores alone; knows no model.
"""

from training.evaluation.evaluation import Evaluation, Likelihood, evaluate_scores
from training.evaluation.tables import evaluation_tables, markdown, print_evaluation

__all__ = ["Evaluation", "Likelihood", "evaluate_scores", "evaluation_tables", "markdown", "print_evaluation"]
