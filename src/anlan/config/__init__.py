"""Wiring only: environment, settings, URLs, ASGI, checks, the supervisor of `anlan up`."""
