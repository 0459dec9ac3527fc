"""Measures proxies before the Docker socket side by side, in one interleaved run."""
