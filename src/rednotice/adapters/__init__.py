"""The only folder that touches disk, network, clock and keys."""
