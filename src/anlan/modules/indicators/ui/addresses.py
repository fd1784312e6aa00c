"""Addresses that other parts of the pages point to."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import NoReverseMatch, reverse


def enterprise_url(enterprise_id: UUID, week_on: dt.date | None = None) -> str:
    """Return the page of an enterprise's score."""
    url = reverse("indicators:enterprise", args=[enterprise_id])
    return f"{url}?week={week_on}" if week_on else url


def records_url(enterprise_id: UUID, week_on: dt.date, what: str, which: str, **more: Any) -> str:
    """Return the list of the duties or findings behind a figure."""
    url = reverse(f"indicators:{what}", args=[enterprise_id])
    return f"{url}?{urlencode({'week': week_on, 'set': which, **more})}"


def finding_url(finding_id: UUID) -> str:
    """Return a finding's page, "" where findings have none."""
    try:
        return reverse("findings:show", args=[finding_id])
    except NoReverseMatch:
        return ""
