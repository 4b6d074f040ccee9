"""Music as the autoencoder hears it: units to latents. Knows nothing of where units come from."""

import numpy as np
import torch
from torch import Tensor

from models.vae.phrases import VAE
from models.vae.unit_vae import UnitBatch
from models.vae.units import Units, grid_class, places


@torch.no_grad()
def encode_units(network: VAE, units: Units) -> Tensor:
    """(U, Z): the means of units' posteriors."""
    batch = UnitBatch(
        torch.from_numpy(units.tokens.astype(np.int64)),
        torch.from_numpy(units.tied.astype(np.float32)),
        torch.from_numpy(places(units.metre)),
        torch.tensor(grid_class(units.metre)),
    )
    return network.units.encoder(batch).mean
