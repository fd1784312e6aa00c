"""The areas of the code list become the tree."""

import pytest

from anlan.base.actors.models import Organisation
from anlan.base.actors.services.areas import areas_load


@pytest.mark.django_db
def test_loading_areas_twice_changes_nothing(count_queries) -> None:  # type: ignore[no-untyped-def]
    written = areas_load()
    assert written > 3000
    kunshan = Organisation.objects.get(code="320583")
    assert kunshan.path == "cn/320000/320500/320583/"
    assert "kss" in kunshan.search_key.split()
    assert count_queries(lambda: areas_load()) <= 3
    assert Organisation.objects.count() == written
