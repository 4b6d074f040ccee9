"""The measurements themselves, on populations small enough for a test."""

import re
from pathlib import Path

import pytest

from storage.__main__ import main
from storage.benchmark.filling import fill
from storage.benchmark.population import Population
from storage.benchmark.taste import HitRates, Outcome, measure

SMALL = ["--works", "300", "--votes", "2000", "--people", "40", "--calls", "5"]


def test_a_small_library_is_measured_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    code = main(["benchmark", *SMALL, "--folder", str(tmp_path)])
    told = capsys.readouterr().out
    assert re.search(r"300 works, [0-9,]+ votes, 40 people", told)
    assert "compose" in told
    for name in ("/top", "/history", "/recommend", "a rating", "database"):
        assert name in told
    assert code == ("missed" in told)
    with pytest.raises(ValueError, match="not empty"):
        fill(tmp_path / "nightingale.db", [], [], seed=1)


async def test_people_with_hidden_tastes_are_understood():
    population = Population(seed=107, people=60, works=150)
    rates = HitRates.of(await measure(population, votes=3000, seed=107))
    assert rates.people > 50
    assert rates.recommended > 1.2 * max(rates.most_liked, rates.chart) > 0


def test_rates_are_shares_of_people_and_compared_with_the_better_list():
    outcomes = [
        Outcome(9, recommended=number < 4, most_liked=number == 5, chart=number > 7) for number in range(10)
    ]
    assert HitRates.of(outcomes) == HitRates(10, recommended=0.4, most_liked=0.1, chart=0.2)
    assert HitRates.of(outcomes).ratio == 2
    assert HitRates.of(outcomes[:2]).ratio == float("inf")


def test_a_population_is_the_same_again():
    first, again = (Population(seed=3, people=20, works=50) for _ in range(2))
    assert (first.people, first.works) == (again.people, again.works)
    assert list(first.votes(200)) == list(again.votes(200))
