"""Addresses of built files, and this page's own address with something changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from app.doors import assets, i18n


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    """A site with one built file and one plain one."""
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "main-ABC.css").write_text("a{}")
    (tmp_path / "icon.svg").write_text("<svg/>")
    (dist / "manifest.json").write_text(json.dumps({"files": {"main.css": "main-ABC.css"}}))
    app = Flask("site", static_folder=str(tmp_path), static_url_path="/static")
    i18n.install(app)
    assets.install(app)

    @app.get("/list/<kind>")
    def rows(kind: str) -> str:
        return assets.page_url(sort="-name", next=None) + kind

    return app


def test_a_built_file_is_found_by_its_plain_name(site: Flask) -> None:
    with site.test_request_context("/"):
        assert assets.asset("main.css") == "/static/dist/main-ABC.css"
        assert assets.asset("icon.svg") == "/static/icon.svg"


def test_a_new_build_is_seen_without_a_restart(site: Flask, tmp_path: Path) -> None:
    with site.test_request_context("/"):
        assets.asset("main.css")
        manifest = tmp_path / "dist" / "manifest.json"
        manifest.write_text(json.dumps({"files": {"main.css": "main-NEW.css"}}))
        assert assets.asset("main.css") == "/static/dist/main-NEW.css"


def test_without_a_build_the_plain_name_is_given(site: Flask, tmp_path: Path) -> None:
    (tmp_path / "dist" / "manifest.json").unlink()
    with site.test_request_context("/"):
        assert assets.asset("main.css") == "/static/main.css"


def test_built_files_are_kept_a_year_and_others_are_not(site: Flask) -> None:
    for name, kept in (("dist/main-ABC.css", True), ("icon.svg", False)):
        with site.test_client().get(f"/static/{name}") as answer:
            assert ("immutable" in answer.headers["Cache-Control"]) is kept


def test_the_address_of_a_list_keeps_its_questions(site: Flask) -> None:
    answer = site.test_client().get("/list/holders?sort=name&next=9&q=%E7%9B%92").text
    assert answer == "/list/holders?sort=-name&q=%E7%9B%92holders"
