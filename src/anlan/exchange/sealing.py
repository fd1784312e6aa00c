"""Keys of endpoints at rest: sealed as the secrets of message channels are."""

from collections.abc import Mapping

from anlan.base.inbox.sealing import seal, unseal
from anlan.exchange.models import Endpoint

NAMES = ("key", "vector", "app_key")
"""Encryption key, initial vector, and the enterprise's key at form-encoded interfaces."""


def keys_of(endpoint: Endpoint) -> dict[str, str]:
    """Return the keys of an endpoint; empty when the product's own key is gone."""
    return unseal(bytes(endpoint.sealed))


def sealed_with(endpoint: Endpoint, given: Mapping[str, str]) -> bytes:
    """Return the endpoint's keys with the given ones put in; one left empty stays as it was."""
    return seal(keys_of(endpoint) | {name: given[name] for name in NAMES if given.get(name)})
