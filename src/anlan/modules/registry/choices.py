"""Choice lists of the registry, most from fact files."""

from functools import cache

from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from anlan.facts.loader import Provenance, load_packaged

DEFAULT_REMIND_DAYS = 30
IDENTIFICATION_CAUSES = {
    "inventory": _("Inventory changed"),
    "chemical": _("Chemical changed"),
    "unit": _("Unit entered or changed"),
    "site": _("Residents counted anew"),
    "settings": _("Settings changed"),
    "import": _("Import"),
    "all": _("All units identified"),
    "sweep": _("Nightly check"),
    "demo": _("Demonstration data"),
}


@cache
def remind_table() -> dict[str, int]:
    """Return natural days before expiry by kind of licence."""
    return {
        row["kind"]: row.integer("days") for row in load_packaged("registry/licence_reminders.csv")
    }


def remind_days(kind: str | None) -> int:
    """Return how many natural days before its last valid day a licence is due for renewal."""
    return remind_table().get(kind or "", DEFAULT_REMIND_DAYS)


@cache
def _process_names() -> dict[str, tuple[str, str]]:
    rows = load_packaged("registry/key_processes.csv")
    return {row["code"]: (row["name_zh"], row["name_en"]) for row in rows}


def process_codes() -> frozenset[str]:
    """Return the codes of the key regulated processes."""
    return frozenset(_process_names())


def process_choices() -> list[tuple[str, str]]:
    """Return the key regulated processes with their names in the active language."""
    place = 0 if (get_language() or "zh").startswith("zh") else 1
    return [(code, names[place]) for code, names in _process_names().items()]


def process_label(code: str) -> str:
    """Return the name of one process; the code itself when it is not in the list."""
    return dict(process_choices()).get(code, code)


def processes_provenance() -> Provenance:
    """Return how far the list of processes can be trusted: the weakest of its rows."""
    order = list(Provenance)
    return max(
        (row.provenance for row in load_packaged("registry/key_processes.csv")), key=order.index
    )


@cache
def category_symbols() -> frozenset[str]:
    """Return the category symbols of GB 18218-2018, table 2."""
    return frozenset(row["symbol"] for row in load_packaged("gb18218/table2.csv"))


_lazy_label = lazy(process_label, str)


def process_pairs() -> list[tuple[str, str]]:
    """Return the processes with names that follow the language of whoever reads them."""
    return [(code, _lazy_label(code)) for code in _process_names()]


@cache
def _category_names() -> dict[str, tuple[str, str]]:
    return {
        row["symbol"]: (
            f"{row['category_zh']}：{row['criteria_zh']}",
            f"{row['category_en']}: {row['criteria_en']}",
        )
        for row in load_packaged("gb18218/table2.csv")
    }


def category_choices() -> list[tuple[str, str]]:
    """Return the categories of table 2 with symbol and meaning in the active language."""
    place = 0 if (get_language() or "zh").startswith("zh") else 1
    return [(symbol, f"{symbol} {names[place]}") for symbol, names in _category_names().items()]
