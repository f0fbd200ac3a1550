"""Measurements, side by side with a peer or a stated limit in one run. `make bench` prints the tables."""
