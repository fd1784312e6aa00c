"""Wiring: environment, settings, URLs, the processes of `anlan up`."""
