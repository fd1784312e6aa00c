"""Second factors and passkeys, set up and used as a person does it in a browser."""

import re
import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from anlan.demo.accounts import PASSWORD
from tests.journeys.visitor import Visitor

Open = Callable[..., Visitor]


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238, 30 s)."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def confirm_password(visitor: Visitor) -> None:
    """Say the password again where the product asks for it before a change of sign-in."""
    if "/reauthenticate" in visitor.page.url:
        visitor.page.fill("input[name=password]", PASSWORD)
        visitor.page.click("main form button[type=submit]")
        visitor.page.wait_for_url(lambda url: "/reauthenticate" not in url)


def test_an_authenticator_app_is_set_up_and_asked_for(visit: Open) -> None:
    his = visit("expert", english=True)
    his.go("/accounts/2fa/totp/activate/")
    confirm_password(his)
    page = his.page
    assert page.locator("main img[src^='data:image'], main svg").count() >= 1
    text = page.locator("main").inner_html()
    secret = re.search(r"\b[A-Z2-7]{32}\b", text)
    assert secret is not None, text
    page.fill("input[name=code]", "000000")
    page.click("main form button[type=submit]")
    expect(page.locator("input[name=code]")).to_be_visible()
    page.fill("input[name=code]", code_of(secret[0]))
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "activate" not in url)
    his.go("/account/")
    assert "Is set up" in his.text("main")

    again = visit(english=True)
    again.go("/accounts/login/")
    again.page.fill("input[name=login]", "expert")
    again.page.fill("input[name=password]", PASSWORD)
    again.page.press("input[name=password]", "Enter")
    again.page.wait_for_url("**/accounts/2fa/authenticate/**")
    assert again.go("/account/").url.endswith("/account/") is False
    again.go("/accounts/2fa/authenticate/")
    again.page.fill("input[name=code]", code_of(secret[0]))
    again.page.press("input[name=code]", "Enter")
    again.page.wait_for_url(lambda url: "/accounts/" not in url)

    # Put back, so that others may sign in as him.
    again.go("/accounts/2fa/totp/deactivate/")
    confirm_password(again)
    again.page.click("main form button[type=submit]")
    again.page.wait_for_url(lambda url: "deactivate" not in url)
    assert not his.complaints
    assert not again.complaints


def with_key(visitor: Visitor) -> Any:
    """Give the browser a security chip that knows its owner, as a phone or laptop has."""
    link = visitor.context.new_cdp_session(visitor.page)
    link.send("WebAuthn.enable")
    link.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return link


def test_a_passkey_is_set_up_and_opens_the_door_alone(visit: Open) -> None:
    # Browsers know passkeys for names only, not for addresses such as 127.0.0.1.
    hers = visit("auditor", by_name=True, english=True)
    with_key(hers)
    hers.go("/accounts/2fa/webauthn/add/")
    confirm_password(hers)
    page = hers.page
    page.fill("input[name=name]", "My laptop")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    hers.go("/accounts/2fa/webauthn/")
    assert "My laptop" in hers.text("main")

    page.context.clear_cookies()
    hers.go("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url(lambda url: "/accounts/login" not in url)
    hers.go("/account/")
    assert "auditor" in hers.text("main")

    # Put back, as above.
    hers.go("/accounts/2fa/webauthn/")
    page.locator("main a[href*='/remove/']").first.click()
    confirm_password(hers)
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/remove/" not in url)
    assert not hers.complaints
