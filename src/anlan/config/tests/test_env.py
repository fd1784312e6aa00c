"""The typed readers say what is wrong, where, and what to write instead."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from anlan.config import env, nats_address


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(env, "DOCS", {})
    yield


def test_values_are_read_in_their_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_T_PORT", " 8080 ")
    monkeypatch.setenv("ANLAN_T_ON", "Yes")
    monkeypatch.setenv("ANLAN_T_HOSTS", "a.cn, b.cn,,")
    monkeypatch.setenv("ANLAN_T_DATA", "~/var")
    assert env.integer("ANLAN_T_PORT", 1, help="x") == 8080
    assert env.flag("ANLAN_T_ON", help="x") is True
    assert env.words("ANLAN_T_HOSTS", help="x") == ["a.cn", "b.cn"]
    assert env.path("ANLAN_T_DATA", "./var", help="x") == Path.home() / "var"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_T_PORT", "")
    assert env.integer("ANLAN_T_PORT", 7, help="x") == 7


@pytest.mark.parametrize("raw", ["abc", "0", "70000", "80.5"])
def test_a_bad_number_names_variable_span_and_default(
    monkeypatch: pytest.MonkeyPatch, raw: str
) -> None:
    monkeypatch.setenv("ANLAN_T_PORT", raw)
    with pytest.raises(env.BadSetting) as caught:
        env.integer("ANLAN_T_PORT", 8000, minimum=1, maximum=65535, help="x")
    assert str(caught.value) == (
        f"ANLAN_T_PORT: {raw!r} is not a whole number from 1 to 65535. "
        "Give a whole number from 1 to 65535, or unset it to use 8000."
    )


def test_several_addresses_are_each_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    both = "nats://anlan:p%40w@a:4222, nats://anlan:p%40w@b:4333"
    monkeypatch.setenv("ANLAN_T_URL", both)
    assert env.url("ANLAN_T_URL", schemes=["nats"], several=True, help="x") == both
    assert nats_address.server_options(both) == {
        "servers": ["nats://a:4222", "nats://b:4333"], "user": "anlan", "password": "p@w",
    }  # fmt: skip
    assert list(map(nats_address.place, nats_address.apart(both))) == [("a", 4222), ("b", 4333)]
    monkeypatch.setenv("ANLAN_T_URL", "nats://a:4222,b:4222")
    with pytest.raises(env.BadSetting, match="commas between"):
        env.url("ANLAN_T_URL", schemes=["nats"], several=True, help="x")


def test_a_missing_secret_offers_the_file_and_explains(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(env.BadSetting, match="ANLAN_T_KEY_FILE.*Signs cookies"):
        env.secret("ANLAN_T_KEY", help="Signs cookies.")


def test_a_secret_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("ANLAN_T_KEY_FILE", str(tmp_path / "key"))
    assert env.secret("ANLAN_T_KEY", help="x") == "s3cret"
    monkeypatch.setenv("ANLAN_T_KEY", "other")
    with pytest.raises(env.BadSetting, match="Unset one"):
        env.secret("ANLAN_T_KEY", help="x")


def test_an_unreadable_or_empty_secret_file_stops(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ANLAN_T_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(env.BadSetting, match="ANLAN_T_KEY_FILE: cannot read"):
        env.secret("ANLAN_T_KEY", help="x")
    (tmp_path / "none").write_text("\n")
    with pytest.raises(env.BadSetting, match="is empty"):
        env.secret("ANLAN_T_KEY", help="x")


def test_an_address_error_never_shows_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANLAN_T_URL", "mysql://anlan:hunter2@db/anlan")
    with pytest.raises(env.BadSetting) as caught:
        env.url("ANLAN_T_URL", None, schemes=("postgresql", "postgres"), help="x")
    assert "hunter2" not in str(caught.value)
    assert "postgresql://… or postgres://…" in str(caught.value)


def test_secret_defaults_are_not_documented() -> None:
    env.secret("ANLAN_T_KEY", "development-only", help="x")
    assert env.DOCS["ANLAN_T_KEY"].default == "set"


def test_two_declarations_must_agree() -> None:
    env.integer("ANLAN_T_PORT", 8000, help="Port of the web server.")
    env.integer("ANLAN_T_PORT", 8000)
    assert env.DOCS["ANLAN_T_PORT"].help == "Port of the web server."
    with pytest.raises(ValueError, match="declared twice"):
        env.text("ANLAN_T_PORT", "8000", help="Port of the web server.")


def test_a_misspelt_variable_is_named_with_its_likely_meaning() -> None:
    env.url("ANLAN_DATABASE_URL", None, help="x")
    found = env.unknown({"ANLAN_DATABSE_URL": "x", "ANLAN_ZZZ": "1", "ANLAN_DATABASE_URL_FILE": ""})
    assert found == {"ANLAN_DATABSE_URL": "ANLAN_DATABASE_URL", "ANLAN_ZZZ": None}


def test_an_uncaught_bad_setting_ends_the_process() -> None:
    assert issubclass(env.BadSetting, SystemExit)
    assert not issubclass(env.BadSetting, Exception)
