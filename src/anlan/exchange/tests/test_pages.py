"""Uploads on screen: the list, the endpoint, and beside each record."""

from django.test import Client
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.exchange import fields
from anlan.exchange.models import Delivery
from anlan.exchange.services.collecting import collect
from anlan.exchange.services.sending import push
from anlan.exchange.tests import data
from anlan.exchange.ui.words import record_url
from tests.support.world import World


def test_every_record_shows_its_upload_and_the_way_to_mend_it(world: World, client: Client) -> None:
    data.fill(world, 1)
    endpoint = data.an_endpoint(world)
    collect(endpoint.pk)
    push(endpoint.pk, data.line_to(data.a_receiver(endpoint, longest=6)))
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    for row in Delivery.objects.for_actor(SYSTEM).order_by("table"):
        shown = client.get(reverse("exchange:delivery", args=[row.pk]))
        assert shown.status_code == 200
        assert record_url(row) in shown.text
        record = client.get(record_url(row), follow=True)
        assert record.status_code == 200
        assert reverse("exchange:delivery", args=[row.pk]) in record.text, row.table
    assert Delivery.objects.for_actor(SYSTEM).filter(table=fields.FINDING).count() == 2
    for name in ("exchange:deliveries", "exchange:endpoints", "exchange:endpoint_new"):
        assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse("exchange:endpoint", args=[endpoint.pk])).status_code == 200
