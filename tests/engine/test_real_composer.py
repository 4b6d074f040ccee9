"""The Engine with the real composer in its process, on a network too small to need weights from anywhere."""

import os
import signal
from pathlib import Path

from domain.clips import Clip, Progress, Stage
from domain.requests import ComposeRequest
from engine.client import Engine
from models.checkpoints import save_rnn
from tests.engine.asking import clip_of
from tests.models.networks import tiny_network, tiny_profiles


async def test_clip_is_the_same_when_its_process_was_killed_halfway(tmp_path: Path):
    save_rnn(
        tiny_network(),
        tmp_path / "rnn.safetensors",
        profiles=tiny_profiles(),
        facts={"genres": ["chorale", "reel"]},
    )
    request = ComposeRequest(style="rnn", seed=7, length_seconds=5)
    async with Engine(weights=tmp_path, device="cpu") as engine:
        first = await clip_of(engine.compose(request))
        pid = engine._child.pid
        stages: list[Stage] = []
        async for step in engine.compose(request):
            if isinstance(step, Progress):
                stages.append(step.stage)
                if step.stage is Stage.COMPOSING and engine._child.pid == pid:
                    os.kill(pid, signal.SIGKILL)
        assert isinstance(step, Clip)
        assert Stage.QUEUED in stages, "it was not killed in time"
        assert step.midi == first.midi
        assert step.recipe == first.recipe
