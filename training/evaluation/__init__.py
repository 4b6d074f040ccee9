"""Musical evaluation: what a generator's pieces are worth beside human music.

`evaluation.evaluate_scores` measures, `tables.print_evaluation` shows it with the bars. Works on scores
alone; knows no model. Nothing is imported here: learning from votes needs a part of it, and no classifiers.
"""
