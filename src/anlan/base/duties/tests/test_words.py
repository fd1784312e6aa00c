"""Warnings speak the language of whoever reads them: page, search, history, notice and API."""

import datetime as dt

import pytest
from django.test import Client
from django.utils.translation import override

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.actors.services.tokens import token_create
from anlan.base.audit.queries import history_of
from anlan.base.clock import now
from anlan.base.duties import texts
from anlan.base.duties.models import RaisedWarning
from anlan.base.duties.services import telling, warnings
from anlan.base.duties.services.raising import Concern, raise_many
from anlan.base.inbox.models import Notice
from anlan.modules.indicators.texts import EFFECT, VETOED
from tests.support.world import World

pytestmark = pytest.mark.django_db
ENGLISH, CHINESE = "Operating effect 61.0: Poor", "运行成效 61.0 分：差"


@pytest.fixture
def warning(world: World) -> RaisedWarning:
    plant = world.plant_a
    with wall.acting_as(EVERYTHING):
        raise_many(
            SYSTEM,
            [
                Concern(
                    enterprise_id=plant.pk,
                    scope_path=plant.path,
                    subject_id=plant.pk,
                    title=EFFECT(score="61.0", band="poor"),
                    cause=VETOED(vetoes=["major_overdue"]),
                    colour=4,
                    role=Role.SAFETY_MANAGER,
                )
            ],
            trigger="score",
            subject_kind="score",
        )
        return RaisedWarning.objects.unscoped("test").get()


def _get(client: Client, address: str, language: str) -> str:
    client.post("/ui/language/", {"language": language})
    return client.get(address).content.decode()


def test_pages_and_search(world: World, client: Client, warning: RaisedWarning) -> None:
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    for address in ("/duties/warnings/", f"/duties/warnings/{warning.pk}/"):
        english, chinese = (_get(client, address, one) for one in ("en", "zh-hans"))
        assert ENGLISH in english
        assert CHINESE in chinese
        assert CHINESE not in english
    assert "A major hazard is past its deadline" in english
    for language, found, lost in (
        ("en", "effect 61", "say"),
        ("zh-hans", "运行成效", "indicators"),
    ):
        said = ENGLISH if language == "en" else CHINESE
        assert said in _get(client, f"/duties/warnings/?q={found}", language)
        assert said not in _get(client, f"/duties/warnings/?q={lost}", language)


def test_words_of_before_are_shown_and_found_as_they_were(
    world: World, client: Client, warning: RaisedWarning
) -> None:
    with wall.acting_as(EVERYTHING):
        warning.title = "旧警告 100%_"
        warning.save()
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    assert "旧警告 100%_" in _get(client, "/duties/warnings/?q=100%25_", "en")


def test_the_api_answers_in_the_language_of_the_request(
    world: World, client: Client, warning: RaisedWarning
) -> None:
    _row, raw = token_create(
        world.actor(Role.SAFETY_MANAGER, "plant_a"),
        name="words",
        scopes=["duties"],
        expires_at=now() + dt.timedelta(days=1),
    )
    for language, said in (("en", ENGLISH), ("zh-hans", CHINESE)):
        answer = client.get(
            "/api/v1/duties/warnings",
            headers={"Authorization": f"Bearer {raw}", "Accept-Language": language},
        ).json()
        assert [one["title"] for one in answer["items"]] == [said]


def test_notice_and_history(world: World, warning: RaisedWarning) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    with wall.acting_as(EVERYTHING):
        telling.tell_red(now())
        notice = Notice.objects.filter(recipient=user).get()
        warnings.clear_for(SYSTEM, "score", [warning.subject_id], reason=texts.CARRIED_OUT())
    with override("en"):
        assert notice.title == f"Red warning: {ENGLISH}"
        assert "Carried out" in history_of(SYSTEM, warning)[0].text()
    with override("zh-hans"):
        assert CHINESE in notice.title
        assert "已执行" in history_of(SYSTEM, warning)[0].text()
