"""Processes that are killed while they learn: no version that is in use may be half of one."""

from pathlib import Path

from cogs.finetune.torture import torture


def test_what_is_killed_while_it_learns_goes_on_and_nothing_is_half_kept(tmp_path: Path):
    """A few kills; `python -m cogs.finetune.torture` does fifty."""
    for seed in range(20):
        report = torture(tmp_path, kills=1, seed=seed)
        assert report.problems == []
        if report.versions and report.resumed:
            break
    else:
        raise AssertionError("no version was ever kept")
    adapter = next((tmp_path / "adapters").glob("*.safetensors"))
    adapter.write_bytes(adapter.read_bytes()[:-1])
    assert any("is not whole" in problem for problem in torture(tmp_path, kills=1, seed=1).problems)
