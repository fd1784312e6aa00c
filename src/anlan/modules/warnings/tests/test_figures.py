"""An enterprise's own figures: proposed, decided by another, in force with the next index."""

import pytest

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden
from anlan.base.inbox.models import Notice
from anlan.base.states.problems import FourEyes
from anlan.engines.warning import model
from anlan.modules.warnings import queries_figures, rules_figures
from anlan.modules.warnings.models import EarlyWarning, UnitIndex
from anlan.modules.warnings.problems import ProposalWaits
from anlan.modules.warnings.services import figures
from anlan.modules.warnings.services.assessing import assess_all
from anlan.modules.warnings.tests.test_warnings import risen

pytestmark = pytest.mark.django_db


def index_of(unit) -> UnitIndex:
    return UnitIndex.objects.for_actor(SYSTEM).get(unit=unit)


def test_own_figures_decide_from_the_next_index_on_and_are_named(world, level, client) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    principal = world.actor(Role.PRINCIPAL, "plant_a")
    world.user(Role.BUREAU_INSPECTOR, "county_a")
    risen(level)
    before = figures.effect_of(manager, world.plant_a.pk, {}, 1)
    row = figures.propose(
        manager, world.plant_a.pk, {"weight:P": 0.2, "weight:G": 0.25}, "罐区无反应工艺"
    )
    # The product's own figure differs from nothing.
    assert row.values == {"weight:P": 0.2}
    assert before[0]["before"] == row.effect[0]["before"] > row.effect[0]["after"]
    assess_all(now())
    assert index_of(level.installation).model_version == model.packaged().version
    with pytest.raises(ProposalWaits):
        figures.propose(manager, world.plant_a.pk, {"weight:P": 0.25}, "再改")
    figures.decide(principal, row.pk, "approve", "同意")
    assess_all(now())
    found = index_of(level.installation)
    assert rules_figures.edition_of(found.model_version) == 1
    assert found.score == pytest.approx(row.effect[0]["after"], abs=0.1)
    told = Notice.objects.filter(kind="warnings.figures_in_force").values_list(
        "recipient__username", flat=True
    )
    assert list(told) == ["bureau_inspector-county_a"]
    warning = EarlyWarning.objects.for_actor(SYSTEM).get()
    EarlyWarning.objects.for_actor(SYSTEM).update(model_version=found.model_version)
    client.force_login(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    page = client.get(f"/warnings/{warning.pk}/").content.decode()
    assert "企业自定参数" in page
    assert client.get(f"/warnings/figures/{world.plant_a.pk}/").status_code == 200
    assert world.plant_a.name in client.get("/warnings/matrix/").content.decode()


def test_who_proposed_does_not_decide_and_officers_do_not(world) -> None:
    technical = world.actor(Role.TECHNICAL, "plant_a")
    row = figures.propose(technical, world.plant_a.pk, {"gas:level_1": 0.5}, "毒性气体")
    with pytest.raises(FourEyes):
        figures.decide(technical, row.pk, "approve")
    with pytest.raises(Forbidden):
        figures.decide(world.actor(Role.SAFETY_MANAGER, "plant_a"), row.pk, "approve")
    with pytest.raises(Forbidden):
        figures.propose(world.actor(Role.PARK_OFFICER, "park_a"), world.plant_a.pk, {}, "x")
    principal = world.actor(Role.PRINCIPAL, "plant_a")
    assert figures.decide(principal, row.pk, "refuse", "依据不足").state == "refused"


def test_the_next_edition_takes_the_place_and_an_empty_one_goes_back(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    principal = world.actor(Role.PRINCIPAL, "plant_a")
    for values in ({"weight:P": 0.2}, {}):
        row = figures.propose(manager, world.plant_a.pk, values, "理由")
        figures.decide(principal, row.pk, "approve")
    states = queries_figures.editions(manager, world.plant_a.pk).values_list("edition", "state")
    assert list(states) == [(2, "in_force"), (1, "replaced")]
    assert queries_figures.models(model.packaged()) == {}


@pytest.mark.parametrize(
    "given",
    [{"weight:P": 0.1}, {"gas:confirmed": 1.5}, {"base:1": 20}, {"colour:red": 99}, {}],
)
def test_what_may_not_be_set_is_refused(world, given) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    with pytest.raises(BadInput):
        figures.propose(manager, world.plant_a.pk, given, "理由")


def test_the_form_marks_what_cannot_be_read_and_proposes_nothing(world, client) -> None:
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    here = f"/warnings/figures/{world.plant_a.pk}/"
    answer = client.post(here, {"weight:P": "viel", "weight:G": "0.3", "reason": "理由"})
    assert answer.status_code == 422
    assert 'value="viel"' in answer.content.decode()
    assert not queries_figures.editions(SYSTEM, world.plant_a.pk).exists()
    assert client.post(here, {"weight:G": "0,3", "reason": "理由"}).status_code == 302
    (row,) = queries_figures.editions(SYSTEM, world.plant_a.pk)
    assert row.values == {"weight:G": 0.3}
    client.force_login(world.user(Role.PRINCIPAL, "plant_a"))
    client.post(f"/warnings/figures/editions/{row.pk}/approve/")
    row.refresh_from_db()
    assert row.state == "in_force"
