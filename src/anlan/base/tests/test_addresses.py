"""Addresses are looked up once, and again where there are others."""

from uuid import uuid4

import pytest
from django.test import override_settings
from django.urls import NoReverseMatch, path, reverse

from anlan.base.addresses import page_url, record_url


def _page(_request: object, pk: object = None) -> None: ...


urlpatterns = [path("elsewhere/", _page, name="home"), path("one/<uuid:pk>/", _page, name="one")]


def test_an_address_is_what_django_says() -> None:
    pk = uuid4()
    for _again in range(2):
        assert page_url("home") == reverse("home")
        assert record_url("findings:show", pk) == reverse("findings:show", args=[pk])
    for _again in range(2):
        with pytest.raises(NoReverseMatch):
            page_url("no-such-page")


def test_other_addresses_are_not_mixed_up() -> None:
    before = page_url("home")
    with override_settings(ROOT_URLCONF=__name__):
        assert page_url("home") == "/elsewhere/"
        pk = uuid4()
        assert record_url("one", pk) == f"/one/{pk}/"
    assert page_url("home") == before
