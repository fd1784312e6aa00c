"""The frame around each page: navigation, slots, search, theme, language, error pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory, override_settings
from django.urls import resolve, reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from anlan.base.ui import failures, gallery, help_pages, navigation, searching, slots
from anlan.base.ui.navigation import NavItem, nav_for
from anlan.base.ui.templatetags import anlan_ui
from anlan.base.ui.templatetags.anlan_ui import side_navigation


@dataclass
class Somebody:
    """A viewer with given permissions."""

    name: str = "周砚秋"
    permissions: set[str] = field(default_factory=set)
    at_own_node_only: bool = False

    def may(self, permission: str) -> bool:
        return permission in self.permissions


@pytest.fixture
def empty_registries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module, name in (
        (navigation, "_items"), (searching, "_sources"), (slots, "_providers"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, {})
    monkeypatch.setattr(anlan_ui, "_sides", {})
    yield


@pytest.mark.usefixtures("empty_registries")
class TestNavigation:
    def test_each_viewer_sees_the_permitted_entries_in_order(self) -> None:
        navigation.register(NavItem("b", "B", "bell", "ui:help", "watch", permission="b.view"))
        navigation.register(NavItem("a2", "A2", "bell", "ui:search", "prevent", order=20))
        navigation.register(NavItem("a1", "A1", "bell", "ui:help", "prevent", order=10))
        keys = [[e.key for e in g.entries] for g in nav_for(Somebody())]
        assert keys == [["a1", "a2"]]
        both = nav_for(Somebody(permissions={"b.view"}))
        assert [g.key for g in both] == ["prevent", "watch"]

    def test_who_sees_an_own_node_alone_gets_no_page_about_the_plant(self) -> None:
        navigation.register(NavItem("mine", "M", "bell", "ui:help", "prevent"))
        navigation.register(NavItem("risk", "R", "bell", "ui:search", "prevent", of_plant=True))
        navigation.register(NavItem("live", "L", "bell", "ui:search", "watch"))
        keys = [[e.key for e in g.entries] for g in nav_for(Somebody(at_own_node_only=True))]
        assert keys == [["mine"]]

    def test_nobody_sees_nothing(self) -> None:
        navigation.register(NavItem("a", "A", "bell", "ui:help", "home"))
        assert nav_for(None) == []

    def test_an_entry_without_address_is_left_out(self) -> None:
        navigation.register(NavItem("a", "A", "bell", "nowhere:list", "home"))
        assert nav_for(Somebody()) == []

    def test_the_longest_address_is_the_current_one(self) -> None:
        navigation.register(NavItem("help", "H", "bell", "ui:help", "home"))
        navigation.register(NavItem("search", "S", "bell", "ui:search", "home"))
        (group,) = nav_for(Somebody(), "/help/base/audit/")
        assert [e.key for e in group.entries if e.is_current] == ["help"]

    def test_counts_are_asked_only_for_entries_that_show(self) -> None:
        def never(viewer: Any) -> int:
            raise AssertionError("counted behind a permission that is not held")

        navigation.register(
            NavItem("a", "A", "bell", "ui:help", "home", permission="secret", count=never)
        )
        assert nav_for(Somebody()) == []

    def test_each_reader_is_drawn_their_own(self) -> None:
        """Whoever was drawn before: by permission, page, count and language."""
        open_work = {"n": 3}
        navigation.register(
            NavItem("a", _("Search"), "bell", "ui:help", "prevent", permission="a.view",
                    count=lambda viewer: open_work["n"])
        )  # fmt: skip
        navigation.register(NavItem("b", "B", "bell", "ui:search", "watch"))

        def drawn(language: str, path: str = "/", **given: Any) -> str:
            with translation.override(language):
                nav = nav_for(Somebody(**given), path)
                return side_navigation(SimpleNamespace(nav=nav, foot=[]))

        mine = {"permissions": {"a.view"}}
        for _again in range(2):
            assert ">B<" in drawn("en")
            assert "Search" not in drawn("en")
            assert "Search" in drawn("en", **mine)
            assert ">3<" in drawn("en", **mine)
            chinese = drawn("zh-hans", **mine)
            assert "Search" not in chinese
            assert "搜索" in chinese
            assert "aria-current" not in drawn("en", **mine)
            assert "aria-current" in drawn("en", "/help/", **mine)
        open_work["n"] = 4
        assert ">4<" in drawn("en", **mine)
        assert ">3<" not in drawn("en", **mine)

    def test_counts_that_follow_events_are_answered_to_who_may_see_them(self) -> None:
        for key, needs, events in (
            ("a", "", ("a.changed",)), ("b", "b.view", ("b.changed",)), ("c", "", ()),
        ):  # fmt: skip
            navigation.register(
                NavItem(key, key, "bell", "ui:help", "home", needs, lambda viewer: 2, events=events)
            )
        assert navigation.live_counts(Somebody()) == {"a": 2}
        assert navigation.live_counts(Somebody(permissions={"b.view"})) == {"a": 2, "b": 2}
        drawn = side_navigation(SimpleNamespace(nav=nav_for(Somebody()), foot=[]))
        assert 'data-an-count="a" data-an-events="a.changed"' in drawn
        assert 'data-an-count="c"' not in drawn

    def test_mistakes_are_told_at_start(self) -> None:
        with pytest.raises(ValueError, match="group"):
            navigation.register(NavItem("a", "A", "bell", "ui:help", "nowhere"))
        navigation.register(NavItem("a", "A", "bell", "ui:help", "home"))
        with pytest.raises(ValueError, match="twice"):
            navigation.register(NavItem("a", "Other", "bell", "ui:help", "home"))
        with pytest.raises(KeyError, match="unread"):
            slots.provide("unraed")


@pytest.mark.usefixtures("empty_registries")
def test_search_asks_only_permitted_sources() -> None:
    def find(viewer: Any, text: str, limit: int) -> list[searching.Hit]:
        return [searching.Hit(f"{text} {limit}", "/x/")]

    searching.register(searching.SearchSource("a", "A", "bell", find))
    searching.register(searching.SearchSource("b", "B", "bell", find, permission="b.view"))
    assert [f.source.key for f in searching.search(Somebody(), " hz ")] == ["a"]
    assert searching.search(Somebody(), "   ") == []
    assert searching.search(None, "hz") == []


class TestChoices:
    def test_theme_is_kept_and_unknown_ones_are_not(self, client: Client) -> None:
        page = client.post(reverse("ui:theme"), {"theme": "dark", "next": "/help/"})
        assert (page.status_code, page["Location"]) == (302, "/help/")
        assert page.cookies["anlan_theme"].value == "dark"
        assert page.cookies["anlan_theme"]["httponly"]
        page = client.post(reverse("ui:theme"), {"theme": '"><script>'})
        assert page.cookies["anlan_theme"].value == "auto"

    def test_language_is_kept(self, client: Client) -> None:
        page = client.post(reverse("ui:language"), {"language": "en"})
        assert page.cookies["anlan_language"].value == "en"

    @pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
    def test_never_leads_to_another_site(self, client: Client, target: str) -> None:
        page = client.post(reverse("ui:theme"), {"theme": "dark", "next": target})
        assert page["Location"] == "/"

    def test_a_link_cannot_change_them(self, client: Client) -> None:
        assert client.get(reverse("ui:theme") + "?theme=dark").status_code == 405


@pytest.mark.parametrize("status", failures.STATUSES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_each_error_page_names_a_next_step(status: int, language: str) -> None:
    request = RequestFactory().get("/somewhere/")
    with translation.override(language):
        page = failures._page(request, status)
    text = page.content.decode()
    assert page.status_code == status
    assert "an-btn--primary" in text
    assert ("回到今日待办" in text) == (language == "zh-hans")


def test_the_last_page_stands_even_when_templates_fail() -> None:
    with override_settings(TEMPLATES=[]):
        page = failures.server_error(RequestFactory().get("/"))
    assert page.status_code == 500


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/b/c", "README.md", ""])
def test_help_never_leaves_its_folder(name: str) -> None:
    assert help_pages.page(name, help_pages.CHINESE) is None


@pytest.mark.parametrize("language", [help_pages.ENGLISH, help_pages.CHINESE])
def test_help_pages_render_without_scripts_and_lead_to_each_other(language: str) -> None:
    listed = {e.name: e for section in help_pages.sections(language) for e in section.pages}
    assert not [name for name in listed if name.startswith("zh")]
    for name, entry in listed.items():
        page = help_pages.page(name, language)
        assert page is not None
        assert (entry.title, entry.language) == (page.title, page.language)
        assert "<script" not in page.html
        for link in re.findall(r'<a href="(?!https?:|mailto:)([^"]+)"', page.html):
            address, _, mark = link.partition("#")
            to = resolve(address).kwargs["name"] if address else name
            target = help_pages.page(to, language)
            assert target is not None, (name, link)
            assert not mark or f'id="{unquote(mark)}"' in target.html, (name, link)


def test_help_is_in_the_readers_language_where_there_is_a_page() -> None:
    chinese = help_pages.page("roles/safety_manager", help_pages.CHINESE)
    english = help_pages.page("roles/safety_manager", help_pages.ENGLISH)
    assert chinese is not None
    assert english is not None
    assert (chinese.title, chinese.language) == ("安全管理人员", help_pages.CHINESE)
    assert (english.title, english.language) == ("Safety manager", help_pages.ENGLISH)
    # what has no Chinese page is shown in English
    only = help_pages.page("engines/alarms", help_pages.CHINESE)
    assert only is not None
    assert only.language == help_pages.ENGLISH
    assert only == help_pages.page("engines/alarms", help_pages.ENGLISH)
    # and stands behind what everybody reads
    last = [section.for_developers for section in help_pages.sections(help_pages.CHINESE)]
    assert last == sorted(last)


@pytest.mark.django_db
def test_help_marks_what_is_in_another_language(client: Client) -> None:
    client.force_login(get_user_model().objects.create(username="reader"))

    def shown(address: str, language: str) -> str:
        client.cookies["anlan_language"] = language
        return client.get(address).content.decode()

    chinese = shown("/help/roles/safety_manager/", "zh-hans")
    assert '<article class="an-prose an-pad">' in chinese
    assert "本页只有英文" not in chinese
    fallen_back = shown("/help/engines/alarms/", "zh-hans")
    assert '<article class="an-prose an-pad" lang="en">' in fallen_back
    assert "本页只有英文" in fallen_back
    assert '<article class="an-prose an-pad">' in shown("/help/engines/alarms/", "en")
    index = shown("/help/", "zh-hans")
    assert '<a href="/help/roles/safety_manager/">安全管理人员</a>' in index
    assert '<a href="/help/engines/alarms/" lang="en">' in index
    assert index.index("供开发人员阅读（英文）") < index.index("/help/engines/alarms/")
    assert '<a href="/help/roles/safety_manager/">Safety manager</a>' in shown("/help/", "en")


def test_pocket_can_be_installed(client: Client) -> None:
    manifest = client.get("/manifest.webmanifest").json()
    assert manifest["start_url"] == "/p/"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    worker = client.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "no-cache" in worker["Cache-Control"]


@pytest.mark.parametrize("address", ["/help/", "/search/?q=a", "/p/", "/p/me/", "/p/scan/"])
@pytest.mark.django_db
def test_pages_ask_for_sign_in(client: Client, address: str) -> None:
    page = client.get(address)
    assert page.status_code == 302
    assert page["Location"].startswith(reverse("account_login"))


@override_settings(DEBUG=False)
@pytest.mark.django_db
def test_the_gallery_is_hidden_from_strangers(client: Client) -> None:
    assert client.get(reverse("ui:gallery")).status_code == 404


@pytest.mark.parametrize("shape", ["gallery", "pocket_gallery"])
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_every_component_renders(shape: str, theme: str) -> None:
    from django.template.loader import render_to_string

    request = RequestFactory().get("/ui/gallery/")
    request.COOKIES["anlan_theme"] = theme
    html = render_to_string(f"ui/{shape}.html", gallery.sample(), request=request)
    assert f'data-an-theme="{theme}"' in html
    assert "<c-" not in html, "a component was not compiled"
    assert "{{" not in html
    assert "{%" not in html
    assert " style=" not in html


def test_text_from_people_is_escaped() -> None:
    from django.template import Context, Template
    from django_cotton.compiler_regex import CottonCompiler

    source = CottonCompiler().process(
        '{% load anlan_ui %}<c-an.queue-row :title="t" :context="t" />'
        '<c-an.fact :label="t" :value="t" />{% state word=t %}{% risk 1 word=t %}'
        '<c-an.card title="{{ t }}"><c-an.empty :title="t">{{ t }}</c-an.empty></c-an.card>'
        '<c-an.button href="{{ t }}" data-x="{{ t }}">{{ t }}</c-an.button>'
        '<c-an.map src="/x/" :label="t" :plan="t" />'
    )
    html = Template(source).render(Context({"t": '"><script>alert(1)</script>'}))
    assert "<script" not in html
    assert html.count("&lt;script") >= 12
