"""`python -m training report`: what every style's pieces are worth, on one page with tables and plots.

`sources` writes and keeps the pieces, `figures` measures them, `bars` judges the figures, `plots`, `tables`
and `page` show them. What a figure means is in `training.evaluation`.
"""

from training.report.page import write_report

__all__ = ["write_report"]
