"""Every address the product answers, found in the URL configuration itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

_PARAMETER = re.compile(r"<(?:[^:>]+:)?(?P<name>\w+)>|\(\?P<(?P<regex>\w+)>")


@dataclass(frozen=True)
class Address:
    """One address: its route as written, its full name and its parameters."""

    route: str
    name: str
    parameters: tuple[str, ...]

    def __str__(self) -> str:
        return self.route or "/"

    def filled(self, values: dict[str, str]) -> str:
        """Return the path with its parameters filled in."""
        path = re.sub(r"[\^$\\]", "", self.route)
        path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", path)
        return "/" + re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda found: values[found[1]], path)


def every_address() -> list[Address]:
    """Return each address once, in the order of the configuration."""
    found: dict[str, Address] = {}
    for route, name in _walk(get_resolver(), "", ""):
        parameters = tuple(match["name"] or match["regex"] for match in _PARAMETER.finditer(route))
        found.setdefault(route, Address(route, name, parameters))
    return list(found.values())


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, space + (pattern.name or "?")
        else:
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern, route, space + inner)
