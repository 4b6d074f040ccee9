"""What both writers promise: the same probabilities step by step as at once, and nothing from neighbours."""

import pytest
import torch
from torch import Tensor

from models.lyrics.files import AnyWriter
from models.lyrics.likelihood import log_likelihood
from models.lyrics.networks import Sources
from models.lyrics.vocabulary import BOS, PAD
from tests.models.lyrics.toy_writers import CONFIGS, FIRST, WORDS, toy_sources, toy_targets, toy_writer


@pytest.fixture(params=list(CONFIGS))
def writer(request: pytest.FixtureRequest) -> AnyWriter:
    return toy_writer(request.param)


def stepped(writer: AnyWriter, sources: Sources, target: Tensor) -> Tensor:
    """Nats of a target, token by token."""
    state, before = writer.begin(sources), torch.full((len(target),), BOS)
    nats: list[Tensor] = []
    for tokens in target.T:
        likely, state = writer.step(state, before)  # type: ignore[arg-type]
        assert torch.allclose(likely.exp().sum(-1), torch.ones(len(target)), atol=1e-4)
        nats.append(torch.where(tokens == PAD, 0.0, -likely.gather(1, tokens[:, None]).squeeze(1)))
        before = tokens
    return torch.stack(nats, 1)


def test_teaching_and_writing_give_a_token_the_same_probability(writer: AnyWriter) -> None:
    sources, target = toy_sources(), toy_targets()
    nats = writer(sources, target)
    assert (nats[target == PAD] == 0).all()
    assert (nats[target != PAD] > 0).all()
    assert torch.allclose(nats, stepped(writer, sources, target), atol=1e-5)


def test_a_row_is_alone_as_it_is_among_others(writer: AnyWriter) -> None:
    sources, target = toy_sources(), toy_targets()
    among = writer(sources, target)
    for row in range(3):
        one = sources.select(torch.tensor([row]))
        known = int(one.known.sum())
        alone = writer(Sources(one.tokens[:, :known], one.copyable[:, :known]), target[row : row + 1])
        assert torch.allclose(alone[0], among[row], atol=1e-5)


def test_rows_can_be_reordered_and_doubled_while_they_are_written(writer: AnyWriter) -> None:
    state = writer.begin(toy_sources())
    _, state = writer.step(state, torch.full((3,), BOS))  # type: ignore[arg-type]
    picked, tokens = torch.tensor([2, 0, 0]), torch.tensor([FIRST, FIRST + 1, FIRST + 1])
    ordered, _ = writer.step(state, tokens)  # type: ignore[arg-type]
    again, _ = writer.step(state.select(picked), tokens[picked])  # type: ignore[arg-type]
    assert torch.allclose(again, ordered[picked], atol=1e-5)


def test_only_keywords_are_copied(writer: AnyWriter) -> None:
    with torch.no_grad():
        writer.outlet.gate.weight.zero_()
        writer.outlet.gate.bias.fill_(20.0)
    sources = toy_sources()
    likely, _ = writer.step(writer.begin(sources), torch.full((3,), BOS))  # type: ignore[arg-type]
    shares = likely.exp()
    assert shares[0, [FIRST, FIRST + 1]].sum().item() == pytest.approx(1, abs=1e-4)
    assert shares[2, FIRST + 2].item() == pytest.approx(1, abs=1e-4)
    assert shares[1].max().item() < 0.9  # nothing to copy: the vocabulary speaks, whatever the gate says


def test_gradients_are_finite_with_and_without_keywords(writer: AnyWriter) -> None:
    writer.train()
    sources = toy_sources()
    writer(sources, toy_targets(), smoothing=0.1).sum().backward()
    for name, parameter in writer.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name


def test_smoothing_asks_for_more_nats_of_a_sure_network(writer: AnyWriter) -> None:
    sources, target = toy_sources(), toy_targets()
    plain, smoothed = writer(sources, target), writer(sources, target, smoothing=0.2)
    uniform = writer(sources, target, smoothing=1.0)
    assert torch.allclose(smoothed, 0.8 * plain + 0.2 * uniform, atol=1e-5)


def test_own_words_replace_pieces_alone(writer: AnyWriter) -> None:
    tokens = torch.arange(len(WORDS))
    drawn = torch.full_like(tokens, FIRST + 1)
    mingled = writer.mingle(tokens, drawn, 1.0)
    assert (mingled[:FIRST] == tokens[:FIRST]).all()
    assert (mingled[FIRST:] == FIRST + 1).all()
    assert (writer.mingle(tokens, torch.full_like(tokens, BOS), 1.0) == tokens).all()
    assert (writer.mingle(tokens, drawn, 0.0) == tokens).all()


def test_hearing_its_own_words_changes_what_it_expects_after_them(writer: AnyWriter) -> None:
    torch.manual_seed(0)
    sources, target = toy_sources(), toy_targets()
    told, mingled = writer(sources, target), writer(sources, target, own=1.0)
    assert torch.allclose(told[:, 0], mingled[:, 0], atol=1e-5)
    assert not torch.allclose(told, mingled, atol=1e-3)


def test_the_likelihood_of_tokens_and_its_gradients_are_those_of_log_softmax() -> None:
    torch.manual_seed(0)
    said, weight, bias = (torch.randn(size, requires_grad=True) for size in ((70, 8), (50, 8), (50,)))
    tokens = torch.randint(0, 50, (70,))
    ours = log_likelihood(said, weight, bias, tokens)
    whole = (said @ weight.T + bias).log_softmax(-1)
    theirs = whole.gather(-1, tokens[:, None]).squeeze(-1), whole.mean(-1)
    upstream = torch.randn(2, 70)
    for one, other in zip(ours, theirs, strict=True):
        assert torch.allclose(one, other, atol=1e-5)
    gradients = [
        torch.autograd.grad((upstream[0] * own + upstream[1] * mean).sum(), (said, weight, bias))
        for own, mean in (ours, theirs)
    ]
    for one, other in zip(*gradients, strict=True):
        assert torch.allclose(one, other, atol=1e-4)
