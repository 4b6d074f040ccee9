"""The variational autoencoder: two levels of networks, and how pieces are composed between their latents."""
