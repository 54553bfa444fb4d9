"""Sheets sent and read as people send them, and looked at afterwards."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, text

from support import reading

START = date(2026, 7, 1)


def send(
    client: FlaskClient, headers: dict[str, str], data: bytes, name: str = "七月.xlsx", **said: str
) -> dict[str, Any]:
    """Send a file; the answer must be 202."""
    answer = client.post(
        "/api/v1/filings/sheet", headers=headers, data={"file": (io.BytesIO(data), name), **said}
    )
    assert answer.status_code == 202, answer.json
    return dict(answer.get_json())


def read(
    app: Flask,
    client: FlaskClient,
    headers: dict[str, str],
    data: bytes,
    name: str = "七月.xlsx",
    **said: str,
) -> dict[str, Any]:
    """Send a file, let the worker read it, and look at it."""
    number = send(client, headers, data, name, **said)["upload"]
    reading.do(app, "filing.read_upload", upload_id=number)
    return look(client, headers, number)


def look(client: FlaskClient, headers: dict[str, str], number: int) -> dict[str, Any]:
    """An upload as it stands."""
    answer = client.get(f"/api/v1/uploads/{number}?limit=500", headers=headers)
    assert answer.status_code == 200, answer.json
    return dict(answer.get_json())


def entries_of(database: Connection, operator: int) -> int:
    """How many entries an operator's book has."""
    return (
        database.scalar(
            text("SELECT count(DISTINCT id) FROM entry WHERE op = :op AND kind < 9"),
            {"op": operator},
        )
        or 0
    )
