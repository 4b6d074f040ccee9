"""Adam of our own: it goes where torch's does, and loads nothing for it."""

import subprocess
import sys

import torch

from training.finetuning.adam import Adam


def test_it_takes_the_steps_that_torchs_takes() -> None:
    torch.manual_seed(2)
    first = [torch.randn(3, 2, requires_grad=True), torch.randn(4, requires_grad=True)]
    second = [each.detach().clone().requires_grad_() for each in first]
    own, theirs = Adam(first), torch.optim.Adam(second, lr=0.0)
    for number in range(1, 6):
        rate = 0.1 / number
        theirs.param_groups[0]["lr"] = rate
        own.clear()
        theirs.zero_grad()
        for tensors in (first, second):
            sum((each.sin() * number).sum() for each in tensors).backward()  # type: ignore[union-attr]
        own.step(number, rate)
        theirs.step()
    assert all(torch.allclose(one, other, atol=1e-6) for one, other in zip(first, second, strict=True))


def test_what_learns_loads_no_compiler_and_no_classifiers() -> None:
    program = (
        "import sys, torch; import training.finetuning.course; from training.finetuning.adam import Adam;"
        "one = torch.ones(2, requires_grad=True); own = Adam([one]); one.sum().backward(); own.step(1, 0.1);"
        "print([name for name in ('torch._dynamo', 'sklearn') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True)
    assert told.stdout.strip() == "[]"
