"""The methods of valuing risks: the product's tables, and the enterprise's own."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils.translation import get_language

from anlan.base.actors.actor import Actor
from anlan.facts.loader import load_packaged
from anlan.modules.risk import rules
from anlan.modules.risk.models import RiskMethod


@cache
def packaged(language: str) -> dict[str, rules.Method]:
    """Return LS and LEC with their words in a language (`zh…` or else English)."""
    rows = load_packaged("risk/methods.csv")
    text = "text_zh" if language.startswith("zh") else "text_en"
    made = {}
    for code in ("ls", "lec"):
        mine = [row for row in rows if row["method"] == code]
        factors: dict[str, dict[Decimal, str]] = {}
        for row in mine:
            if row["kind"] == "factor":
                factors.setdefault(row["letter"], {})[Decimal(row["value"])] = row[text]
        bands = [
            rules.Band(Decimal(row["value"]), int(row["level"]))
            for row in mine
            if row["kind"] == "band"
        ]
        made[code] = rules.Method(
            code,
            tuple(rules.Factor(letter, letter, values) for letter, values in factors.items()),
            tuple(sorted(bands, key=lambda band: -band.least)),
            {},
        )
    return made


def of_table(code: str, table: Mapping[str, Any]) -> rules.Method:
    """Return the method an enterprise's own table describes.

    `table` is `{"factors": [{"letter", "name", "values": {"1": "words"}}], "bands":
    [{"least": "15", "level": 0}], "cells": {"4,5": 0}}`.
    """
    factors = tuple(
        rules.Factor(
            one["letter"],
            one.get("name", one["letter"]),
            {Decimal(value): words for value, words in one["values"].items()},
        )
        for one in table["factors"]
    )
    bands = [rules.Band(Decimal(str(one["least"])), int(one["level"])) for one in table["bands"]]
    return rules.Method(
        code, factors, tuple(sorted(bands, key=lambda band: -band.least)), table.get("cells", {})
    )


def methods_of(actor: Actor, enterprise_ids: Iterable[Any]) -> dict[tuple[Any, str], rules.Method]:
    """Return the methods of these enterprises by (enterprise id, code), in one query."""
    ids = set(enterprise_ids)
    standard = packaged(get_language() or "zh")
    found = {(pk, code): method for pk in ids for code, method in standard.items()}
    for row in RiskMethod.objects.for_actor(actor).filter(enterprise__in=ids):
        if row.table:
            found[row.enterprise_id, row.method] = of_table(row.method, row.table)
    return found
