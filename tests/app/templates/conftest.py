"""A tiny Flask application with our templates and nothing else of the house."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from jinja2 import ChoiceLoader, FileSystemLoader

from app.doors import assets, i18n

HERE = Path(__file__).resolve().parent
APP = HERE.parent.parent.parent / "app"


def _make() -> Flask:
    made = Flask(
        "sample",
        template_folder=str(APP / "templates"),
        static_folder=str(APP / "static"),
        static_url_path="/static",
    )
    made.config["SECRET_KEY"] = "only-for-tests"
    loaders = [FileSystemLoader(str(APP / "templates")), FileSystemLoader(str(HERE))]
    made.jinja_loader = ChoiceLoader(loaders)
    i18n.install(made)
    assets.install(made)
    made.jinja_env.globals["csrf_token"] = lambda: "token"
    return made


@pytest.fixture(scope="session")
def sample() -> Flask:
    """An application that draws whatever template a test names."""
    return _make()


@pytest.fixture
def draw(sample: Flask) -> Callable[..., str]:
    """Return the HTML of a template with this context, in `lang` zh or en."""

    def _draw(name: str, *, lang: str = "zh", path: str = "/", **context: Any) -> str:
        with sample.test_request_context(f"{path}?lang={lang}"):
            return render_template(name, **context)

    return _draw
