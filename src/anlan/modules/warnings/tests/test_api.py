"""Early warnings over the API: read, acknowledged, asked about, answered, reported."""

import pytest

from anlan.base.actors.roles import Role
from anlan.base.api.tests.test_api import Caller
from anlan.base.clock import now
from anlan.modules.registry.models import MhiUnit
from anlan.modules.warnings.models import EarlyWarning

pytestmark = pytest.mark.django_db


@pytest.fixture
def warning(world):
    place = {"enterprise": world.plant_a, "scope_path": world.plant_a.path}
    unit = MhiUnit.objects.create(
        **place, code="U1", name="苯类罐区", kind="storage", is_mhi=True, level=3
    )
    moment = now()
    return EarlyWarning.objects.create(
        **place, unit=unit, colour=4, score=82, base=40, model_version="1",
        factors=[{"group": "P", "points": 42}], opened_at=moment, raised_at=moment,
        acknowledge_by=moment, report_by=moment, clear_by=moment,
    )  # fmt: skip


def test_a_warning_goes_from_the_plant_to_the_county_and_back(world, warning):
    plant = Caller(world, Role.SAFETY_MANAGER, "plant_a", "read", "warnings")
    county = Caller(world, Role.BUREAU_INSPECTOR, "county_a", "read", "warnings")
    (one,) = county("GET", "early_warnings?standing=true").json()["items"]
    assert (one["colour"], one["state"], one["unit_name"]) == (1, "open", "苯类罐区")
    here = f"early_warnings/{warning.pk}"
    assert plant("POST", f"{here}/acknowledge", {}).json()["state"] == "acknowledged"
    assert plant("POST", f"{here}/acknowledge", {}).status_code == 409
    (question,) = county("POST", f"{here}/ask", {"text": "现场处置情况？"}).json()["questions"]
    answered = plant(
        "POST", f"early_warnings/questions/{question['id']}/answer", {"text": "已切断进料"}
    )
    assert answered.json()["questions"][0]["answer"] == "已切断进料"
    assert plant("POST", f"{here}/report", {"cause": "", "measure": "x"}).status_code == 422
    done = plant("POST", f"{here}/report", {"cause": "进料过快", "measure": "停泵"}).json()
    assert (done["state"], done["cause"]) == ("reported", "进料过快")
    # The index has not come back.
    assert plant("POST", f"{here}/clear", {"reason": "恢复"}).status_code in (403, 409)


def test_a_token_may_do_no_more_than_its_scopes_and_its_owner(world, warning):
    reader = Caller(world, Role.SAFETY_MANAGER, "plant_a", "read")
    assert reader("GET", f"early_warnings/{warning.pk}").status_code == 200
    assert reader("POST", f"early_warnings/{warning.pk}/acknowledge", {}).status_code == 403
    other = Caller(world, Role.SAFETY_MANAGER, "plant_b", "read", "warnings")
    assert other("GET", "early_warnings").json()["items"] == []
    assert other("GET", f"early_warnings/{warning.pk}").status_code == 404
    county = Caller(world, Role.BUREAU_INSPECTOR, "county_a", "read", "warnings")
    assert county("POST", f"early_warnings/{warning.pk}/acknowledge", {}).status_code == 403
