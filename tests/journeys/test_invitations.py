"""People come in by a link and see exactly what is theirs."""

from collections.abc import Callable

from playwright.sync_api import expect

from anlan.modules.registry.rules import credit_code_digit
from tests.journeys.visitor import Visitor

Open = Callable[..., Visitor]
SECRET = "Qm7-harbour-lantern-41"


def enterprises(visitor: Visitor) -> dict[str, str]:
    """Return the enterprises somebody sees: name to address, over all pages."""
    found: dict[str, str] = {}
    visitor.go("/registry/enterprises/?view=all")
    while True:
        for link in visitor.page.locator("tbody [data-an-main]").all():
            found[link.inner_text().strip()] = str(link.get_attribute("href"))
        following = visitor.page.locator("a[rel=next]")
        if not following.count():
            return found
        visitor.go("/registry/enterprises/" + str(following.first.get_attribute("href")))


def invite(host: Visitor, organisation: str, role: str) -> str:
    """Invite somebody to an organisation; return the link."""
    host.go(f"/people/invite/?q={organisation}")
    host.page.locator("main tbody a", has_text=organisation).first.click()
    host.page.select_option("select[name=role]", role)
    host.page.click("main form button[type=submit]")
    return host.page.input_value("textarea#link").strip()


def take_up(guest: Visitor, link: str, username: str, name: str) -> None:
    """Make the account of somebody who got a link."""
    guest.go(link)
    guest.page.fill("input[name=display_name]", name)
    guest.page.fill("input[name=username]", username)
    guest.page.fill("input[name=password]", SECRET)
    guest.page.click("form button[type=submit]")
    guest.page.wait_for_url(lambda url: "/invitation/" not in url)


def test_a_new_plant_and_its_safety_manager(visit: Open) -> None:
    officer = visit("data")
    officer.go("/registry/enterprises/new/")
    first = "91990102MA0000777"
    name = "澜州新港试剂有限公司"
    form = officer.page
    form.fill("[name=name]", name)
    form.fill("[name=unified_social_credit_code]", first + credit_code_digit(first))
    form.select_option("[name=kind]", index=1)
    form.select_option("[name=area_code]", index=1)
    form.click("main form button[type=submit]")
    form.wait_for_url(lambda url: "/new/" not in url)
    assert name in officer.text("main")

    link = invite(officer, name, "safety_manager")
    guest = visit()
    take_up(guest, link, "newport", "林新港")
    assert set(enterprises(guest)) == {name}
    guest.go("/people/")
    assert "newport" in guest.text("main") or "林新港" in guest.text("main")

    late = visit()
    assert late.go(link).status == 410
    assert not guest.complaints


def test_an_inspector_sees_exactly_his_county(visit: Open) -> None:
    admin = visit("admin")
    everything = enterprises(admin)
    demo_inspector = visit("inspector")
    county = demo_inspector.text(".an-org__name")
    link = invite(admin, county, "bureau_inspector")
    guest = visit()
    take_up(guest, link, "county.inspector", "何县安")
    seen = enterprises(guest)
    assert 0 < len(seen) < len(everything)
    assert seen.items() <= everything.items()
    assert set(seen) == set(enterprises(demo_inspector))

    foreign = next(url for name, url in everything.items() if name not in seen)
    for address in (foreign, foreign + "edit/", foreign + "?tab=units"):
        assert guest.go(address).status == 404
    number = foreign.rstrip("/").rpartition("/")[2]
    guest.go(f"/registry/units/?view=all&enterprise={number}")
    assert guest.page.locator("tbody [data-an-main]").count() == 0
    answer = guest.page.request.get(f"/api/v1/enterprises/{number}")
    assert answer.status == 404
    expect(guest.page.locator("body")).to_be_visible()
