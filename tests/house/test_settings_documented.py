"""Every variable is on the settings page as the code declares it, and every one is explained."""

from anlan.config import env
from tools import settings_page


def test_the_page_is_what_the_code_declares() -> None:
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.render(), (
        "run: make docs"
    )


def test_every_variable_is_explained() -> None:
    settings_page.render()
    unexplained = [setting.name for setting in env.DOCS.values() if len(setting.help) < 20]
    assert not unexplained
