"""What warnings of the operating effect say."""

from collections.abc import Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base import phrases
from anlan.modules.indicators.choices import Band, Veto


def _band(code: str) -> str:
    return str(dict(Band.choices).get(code, code))


def _vetoes(codes: Sequence[str]) -> str:
    labels = dict(Veto.choices)
    return gettext(", ").join(str(labels.get(code, code)) for code in codes)


EFFECT = phrases.declare("indicators.effect", _("Operating effect %(score)s: %(band)s"), band=_band)
VETOED = phrases.declare("indicators.vetoed", "%(vetoes)s", vetoes=_vetoes)
FELL = phrases.declare("indicators.fell", _("%(points)s points less than the week before"))
BACK_AT_GOOD = phrases.declare("indicators.back_at_good", _("The score is back at good."))
