"""The networks: causal decoding, one likelihood, posteriors and their divergence, the conductor."""

import pytest
import torch
from torch import Tensor

from domain.score import Metre
from models.vae.phrases import FARTHEST, VAE, PhraseConfig
from models.vae.unit_vae import Gaussian, UnitBatch, decode
from models.vae.units import LANES, PATCH_SLOTS, VOCABULARY, grid_class, places, to_units
from tests.models.vaes import TINY, TINY_PHRASES, random_lanes, tiny_vae


def batch_of(metre: Metre, rows: int = 3) -> UnitBatch:
    units = to_units(random_lanes(metre, 2 * rows, 5), range(0, 2 * rows, 2))
    return UnitBatch(
        torch.from_numpy(units.tokens).long(),
        torch.from_numpy(units.tied).float(),
        torch.from_numpy(places(metre)),
        torch.tensor(grid_class(metre)),
    )


def logits_of(batch: UnitBatch, z: Tensor) -> Tensor:
    return tiny_vae().units.decoder(z, batch, torch.ones(batch.tokens.shape))[0]


def test_no_token_is_told_of_itself_or_of_later_ones() -> None:
    batch = batch_of(Metre(6, 8))
    z = torch.zeros(3, TINY.latent)
    before = logits_of(batch, z).detach()
    patch, slot = 2, 5
    changed = batch.tokens.clone()
    changed[:, patch, slot] = (changed[:, patch, slot] + 1) % VOCABULARY
    after = logits_of(UnitBatch(changed, batch.tied, batch.places, batch.grid), z).detach()
    same = (before == after).all(3).flatten(1)
    at = patch * PATCH_SLOTS + slot
    assert same[:, : at + 1].all()
    assert not same[:, at + 1 :].all()


@pytest.mark.parametrize("metre", ["4/4", "9/8", "3/8"])
def test_decoding_follows_the_likelihood_that_is_taught(metre: str) -> None:
    network = tiny_vae().units
    batch = batch_of(Metre.parse(metre))
    z = torch.randn(3, TINY.latent, generator=torch.Generator().manual_seed(0))
    tokens, tied = decode(network.decoder, z, batch.places, batch.grid)
    own = UnitBatch(tokens, tied.float(), batch.places, batch.grid)
    logits, _ = network.decoder(z, own, torch.ones(tokens.shape))
    assert torch.equal(logits.argmax(3), tokens)


def test_chances_draw_by_likelihood_and_a_low_temperature_draws_the_likeliest() -> None:
    decoder = tiny_vae().units.decoder
    batch = batch_of(Metre(2, 4))
    z = torch.randn(3, TINY.latent, generator=torch.Generator().manual_seed(0))
    chances = torch.rand(batch.tokens.shape, generator=torch.Generator().manual_seed(1))

    def drawn(temperature: float) -> Tensor:
        heat = torch.full((3,), temperature)
        return decode(decoder, z, batch.places, batch.grid, chances=chances, temperatures=heat)[0]

    likeliest = decode(decoder, z, batch.places, batch.grid)[0]
    assert torch.equal(drawn(1e-6), likeliest)
    assert not torch.equal(drawn(1.0), likeliest)
    assert torch.equal(drawn(1.0), drawn(1.0))


def test_a_dropped_word_is_not_heard() -> None:
    network = tiny_vae().units
    batch = batch_of(Metre(4, 4))
    z = torch.zeros(3, TINY.latent)
    torch.manual_seed(0)
    deaf = network.cost(z, batch, 1.0)
    assert torch.equal(deaf, network.cost(z, batch, 1.0))
    assert not torch.equal(deaf, network.cost(z, batch, 0.0))


def test_divergence_is_that_of_gaussians() -> None:
    mean, logvar = torch.tensor([[0.5, -2.0]]), torch.tensor([[-1.0, 0.7]])
    found = Gaussian(mean, logvar).kl()
    posterior = torch.distributions.Normal(mean, (0.5 * logvar).exp())
    expected = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0))
    assert torch.allclose(found, expected, atol=1e-6)


def test_a_unit_learns_to_come_back() -> None:
    torch.manual_seed(0)
    network = tiny_vae().units.train()
    batch = batch_of(Metre(2, 4), rows=2)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.03)
    costs: list[float] = []
    for _ in range(20):
        cost, posterior = network(batch, 0.3)
        loss = cost.mean() + 0.01 * posterior.kl().sum(1).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        costs.append(cost.mean().item())
    assert costs[-1] < 0.7 * costs[0]


def test_the_conductor_hears_only_earlier_units() -> None:
    network = tiny_vae()
    z = torch.randn(2, TINY_PHRASES.latent, generator=torch.Generator().manual_seed(0))
    state = network.conductor.begin(z)
    earlier = torch.zeros(2, 0, TINY.latent)
    given = network.conductor(z)
    for place in range(TINY_PHRASES.units):
        unit, state = network.conductor.step(z, state, earlier)
        assert torch.allclose(unit, given[:, place], atol=1e-6)
        earlier = torch.cat([earlier, unit[:, None]], 1)


def test_the_conductor_never_runs_away() -> None:
    given = tiny_vae().conductor(1e4 * torch.ones(1, TINY_PHRASES.latent))
    assert given.abs().max() <= FARTHEST


def test_levels_have_to_fit() -> None:
    with pytest.raises(ValueError, match="disagree"):
        VAE(TINY, PhraseConfig(unit_latent=TINY.latent + 1))


def test_shapes() -> None:
    network = tiny_vae()
    batch = batch_of(Metre(3, 4), rows=8)
    posterior = network.units.encoder(batch)
    assert posterior.mean.shape == (8, TINY.latent)
    phrase = network.encoder(posterior.mean[None])
    assert phrase.mean.shape == (1, TINY_PHRASES.latent)
    logits, tied = network.units.decoder(posterior.mean, batch, torch.ones(batch.tokens.shape))
    assert logits.shape == (*batch.tokens.shape, VOCABULARY)
    assert tied.shape == (8, LANES)
