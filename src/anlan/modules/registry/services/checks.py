"""Checks of single registers: what a complete row must satisfy, told beside the field."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.clock import today
from anlan.base.errors import Problems
from anlan.modules.registry import rules

Values = dict[str, Any]


def check_position(values: Values, problems: Problems) -> None:
    """Both or neither, inside the box round China."""
    longitude, latitude = values.get("longitude"), values.get("latitude")
    if (longitude is None) != (latitude is None):
        missing = "longitude" if longitude is None else "latitude"
        problems.add(
            missing,
            _("Longitude and latitude belong together."),
            _("Enter both or neither."),
        )
    elif longitude is not None and latitude is not None and not rules.in_china(longitude, latitude):
        problems.add(
            "longitude",
            _("This position lies outside China."),
            _("Enter decimal degrees, CGCS2000; longitude 73–136, latitude 3–54."),
        )


def check_order(values: Values, problems: Problems, first: str, second: str) -> None:
    """The day `first` must not lie after the day `second`."""
    earlier, later = values.get(first), values.get(second)
    if earlier and later and earlier > later:
        problems.add(
            second,
            _("This day lies before %(day)s, which must come first.") % {"day": earlier},
            _("Check both days."),
        )


def check_past(values: Values, problems: Problems, *names: str) -> None:
    """These days must not lie in the future (Asia/Shanghai)."""
    for name in names:
        day = values.get(name)
        if day and day > today():
            problems.add(name, _("This day lies in the future."), _("Check the year."))


def check_not_negative(values: Values, problems: Problems, *names: str) -> None:
    """These figures must not be below zero."""
    for name in names:
        value = values.get(name)
        if value is not None and value < 0:
            problems.add(name, _("must not be below zero"))


def check_credit_code(code: str, problems: Problems) -> None:
    """Shape and check character of a unified social credit code (GB 32100-2015)."""
    fault = rules.credit_code_fault(code)
    if fault == "shape":
        problems.add(
            "unified_social_credit_code",
            _("A unified social credit code has 18 digits and capital letters, without I O S V Z."),
            _("Copy it from the business licence."),
        )
    elif fault == "digit":
        problems.add(
            "unified_social_credit_code",
            _("The check character should be %(digit)s.")
            % {"digit": rules.credit_code_digit(code)},
            _("One of the characters is mistyped; copy the code from the business licence."),
        )


def check_cas(number: str, problems: Problems) -> None:
    """Shape and check digit of a CAS number."""
    fault = rules.cas_fault(number)
    if fault == "shape":
        problems.add("cas", _("A CAS number looks like 67-56-1."), _("Leave it empty if unknown."))
    elif fault == "digit":
        problems.add(
            "cas",
            _("The last digit does not fit the others."),
            _("One of the digits is mistyped; see section 1 of the safety data sheet."),
        )
