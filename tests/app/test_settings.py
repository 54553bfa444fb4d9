"""Settings: read whole, refused by name, handed to children unchanged."""

from __future__ import annotations

import stat
from dataclasses import fields
from pathlib import Path

import pytest

from app.settings import Settings, WrongSetting, environ_for_child, settings_from

KEY = "0123456789abcdef0123"


def read(tmp_path: Path, **variables: str) -> Settings:
    chosen = {"SUYUAN_DATA": str(tmp_path / "data"), **variables}
    return settings_from(chosen)


def test_nothing_set_means_loopback_and_no_addresses(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.database_url, settings.redis_url) == ("", "")
    assert settings.origin == "http://127.0.0.1:8000"


def test_the_data_folder_becomes_absolute_whatever_is_given() -> None:
    assert settings_from({"SUYUAN_SECRET_KEY": KEY}).data == Path.cwd() / "var"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SUYUAN_PORT", "eighty"),
        ("SUYUAN_PORT", "70000"),
        ("SUYUAN_PORT", "-1"),
        ("SUYUAN_WEB_WORKERS", "0"),
        ("SUYUAN_DATABASE_URL", "mysql://localhost/suyuan"),
        ("SUYUAN_DATABASE_URL", "suyuan"),
        ("SUYUAN_REDIS_URL", "http://localhost"),
        ("SUYUAN_PUBLIC_URL", "trace.example.cn"),
        ("SUYUAN_SECRET_KEY", "short"),
        ("SUYUAN_STATEMENT_TIMEOUT_MS", "5.5"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_its_variable(
    tmp_path: Path, variable: str, value: str
) -> None:
    with pytest.raises(WrongSetting) as refused:
        read(tmp_path, **{variable: value})
    assert refused.value.params["variable"] == variable


def test_a_file_in_the_place_of_the_data_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(WrongSetting) as refused:
        read(tmp_path)
    assert refused.value.params["variable"] == "SUYUAN_DATA"


def test_a_refusal_never_shows_a_password_or_key(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting) as refused:
        read(tmp_path, SUYUAN_SECRET_KEY="hush")
    assert "hush" not in str(refused.value)
    with pytest.raises(WrongSetting) as refused:
        read(tmp_path, SUYUAN_DATABASE_URL="mysql://me:hush@there/x")
    assert "hush" not in str(refused.value)
    assert "hush" not in repr(read(tmp_path, SUYUAN_SECRET_KEY="hush" * 5))


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) == 64
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_usual_spelling_of_a_database_is_understood(tmp_path: Path, scheme: str) -> None:
    settings = read(tmp_path, SUYUAN_DATABASE_URL=f"{scheme}://me@there/book")
    assert settings.database_url == "postgresql+psycopg2://me@there/book"
    assert settings.app_database_url == settings.database_url


def test_a_child_reads_exactly_the_settings_of_its_parent(tmp_path: Path) -> None:
    parent = read(tmp_path, SUYUAN_PORT="0", SUYUAN_PUBLIC_URL="https://trace.example.cn/")
    assert settings_from(parent.to_environ()) == parent
    child = environ_for_child(parent)
    assert settings_from(child) == parent
    assert "PATH" in child


def test_every_limit_says_why_and_holds_its_own_default() -> None:
    for each in fields(Settings):
        if "least" in each.metadata:
            assert each.metadata["reason"]
            value = getattr(Settings(), each.name)
            assert each.metadata["least"] <= value <= each.metadata["most"], each.name
