"""Somebody with a program instead of a browser: keeps cookies, sends forms with their token."""

from pathlib import Path

import requests

from anlan.demo.accounts import PASSWORD


class Client(requests.Session):
    """A session with a running product. Pages come in English."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.trust_env = False
        self.cookies.set("anlan_language", "en")
        self.headers["Accept-Language"] = "en"

    def page(self, path: str) -> str:
        """Return a page's text; fails unless it is there."""
        answer = self.get(self.base + path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def submit(
        self, path: str, files: dict[str, Path] | None = None, **fields: str
    ) -> requests.Response:
        """Send a form with the token of this session, redirects followed."""
        opened = {name: file.open("rb") for name, file in (files or {}).items()}
        return self.post(
            self.base + path,
            data={**fields, "csrfmiddlewaretoken": self.cookies.get("csrftoken", "")},
            files=opened or None,
            headers={"Referer": self.base + path},
        )

    def sign_in(self, login: str, password: str = PASSWORD) -> bool:
        """Sign in by the form; return whether that worked."""
        self.page("/accounts/login/")
        self.submit("/accounts/login/", login=login, password=password)
        return self.is_in()

    def is_in(self) -> bool:
        """Whether this session is signed in."""
        return self.get(self.base + "/account/", allow_redirects=False).status_code == 200
