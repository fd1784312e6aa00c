"""Small drawings of pages."""

from decimal import Decimal

from django.template import Context, Template
from django.utils import translation
from django.utils.translation import gettext, pgettext

from anlan.base.ui.templatetags.anlan_ui import sentence, sparkline


def test_a_limit_may_be_a_decimal_as_columns_give_it() -> None:
    assert "stroke-dasharray" in sparkline([1, 2, 3], Decimal("2.5"))
    assert "stroke-dasharray" not in sparkline([1, 2, 3])


SAID = """{% load i18n %}{% translate "Close" %}|{% translate "Done" context "duty" %}|
{% translate word %}|{% trans "Save" as kept %}{{ kept }}"""


def test_words_of_a_template_follow_the_language_of_each_reader() -> None:
    """One compiled template, drawn again and again, as the server does."""
    template = Template(SAID)
    seen = set()
    for language in ("en", "zh-hans", "en", "zh-hans", None):
        with translation.override(language):
            drawn = template.render(Context({"word": "Search"}))
            said = [gettext("Close"), pgettext("duty", "Done"), gettext("Search"), gettext("Save")]
        assert [part.strip() for part in drawn.split("|")] == said
        seen.add(tuple(said))
    assert len(seen) == 2


def test_a_label_begins_with_a_capital_but_a_symbol_stays_itself() -> None:
    assert sentence("name of the tank") == "Name of the tank"
    assert sentence("β of coal gas") == "β of coal gas"
    assert sentence("储罐名称") == "储罐名称"
