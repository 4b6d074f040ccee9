"""Ablations are kept as they were measured, and shown a row a run."""

from pathlib import Path

from training.ablations import Ablation, Arm, load_ablation


def test_an_ablation_is_read_as_it_was_saved(tmp_path: Path) -> None:
    arms = [Arm("free bits", used=True, figures={"accuracy": 0.9}), Arm("free bits", used=False, figures={})]
    ablation = Ablation("vae", "three minutes each", arms)
    ablation.save(tmp_path)
    assert load_ablation("vae", tmp_path) == ablation
    assert load_ablation("gan", tmp_path) is None


def test_its_table_has_a_row_for_each_run_and_gaps_where_nothing_was_measured() -> None:
    arms = [
        Arm("cycle", used=True, figures={"flips": 0.5, "chroma": 0.9}),
        Arm("cycle", used=False, figures={"flips": 0.25}),
    ]
    table = Ablation("style_transfer", "", arms).table()
    assert table.header == ("run", "flips", "chroma")
    assert table.rows == (("with cycle", "0.500", "0.900"), ("without cycle", "0.250", ""))
