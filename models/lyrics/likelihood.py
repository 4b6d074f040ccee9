"""The log-likelihood of tokens under a softmax over a whole vocabulary, for training on a CPU.

The same as log_softmax and gather, but on a few rows at a time that stay in the cache: with thousands of
tokens and a vocabulary of thousands, most of the time would otherwise go into moving numbers about.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

_ROWS = 32
"""Rows worked on at a time; with 8,000 words they take 1 MB."""


def log_likelihood(said: Tensor, weight: Tensor, bias: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """What `tokens` (N,) have under log softmax(said @ weight.T + bias), and the mean over the vocabulary.

    said (N, E), weight (V, E), bias (V,); both results (N,).
    """
    return _LogLikelihood.apply(said, weight, bias, tokens)


class _LogLikelihood(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, said: Tensor, weight: Tensor, bias: Tensor, tokens: Tensor
    ) -> tuple[Tensor, Tensor]:
        device = said.device.type
        if torch.is_autocast_enabled(device):
            narrow = torch.get_autocast_dtype(device)
            said, weight, bias = said.to(narrow), weight.to(narrow), bias.to(narrow)
        logits = functional.linear(said, weight, bias)
        own: list[Tensor] = []
        mean: list[Tensor] = []
        totals: list[Tensor] = []
        for rows, chosen in zip(logits.split(_ROWS), tokens.split(_ROWS), strict=True):
            wide = rows.float()
            totals.append(wide.logsumexp(-1))
            own.append(wide.gather(-1, chosen[:, None]).squeeze(-1) - totals[-1])
            mean.append(wide.mean(-1) - totals[-1])
        # Kept beside the context's saved tensors, as the logits are overwritten by their gradient.
        ctx.logits, ctx.totals = logits, totals
        ctx.save_for_backward(said, weight, tokens)
        return torch.cat(own), torch.cat(mean)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> Any:
        of_own, of_mean = grad_outputs
        said, weight, tokens = ctx.saved_tensors
        logits: Tensor = ctx.logits
        pieces = (side.split(_ROWS) for side in (logits, tokens, of_own, of_mean))
        for total, (rows, chosen, own, mean) in zip(ctx.totals, zip(*pieces, strict=True), strict=True):
            gradient = torch.sub(rows, total[:, None]).exp_().mul_(-(own + mean)[:, None])
            gradient.add_(mean[:, None] / logits.shape[1])
            gradient.scatter_add_(-1, chosen[:, None], own[:, None])
            rows.copy_(gradient)
        ctx.logits = None
        return logits @ weight, (logits.T @ said).float(), logits.sum(0).float(), None
