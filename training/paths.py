"""Where the commands keep what they make, under the folder they are started in."""

from pathlib import Path

from training.corpora.works import WORKS_FILE

RUNS = Path("runs")
CORPORA = RUNS / "corpora"
WORKS = CORPORA / WORKS_FILE
