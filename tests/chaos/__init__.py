"""Every failure caused on purpose, on real parts: `make chaos`."""
