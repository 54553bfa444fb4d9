"""Flask with nothing of ours: what a request costs before anything is done for it.

``gunicorn scripts.bench.bare:app`` runs it; /insert adds one row to an unindexed table and commits.
"""

from __future__ import annotations

import os
from typing import Any

import psycopg2
from flask import Flask, Response, jsonify, request

DATABASE = "SUYUAN_BENCH_BARE"  # where the bare table is, as psycopg2 wants it
TABLE = "CREATE TABLE bare (id bigint, qty bigint, lot int, ts int, op int, other int, doc int)"
app = Flask(__name__)
_connections: list[Any] = []


@app.get("/hello")
def hello() -> Response:
    """The least an endpoint can do that answers JSON."""
    return jsonify(hello="world")


@app.post("/insert")
def insert() -> tuple[Response, int]:
    """Read the body as JSON, add one row, commit."""
    said = request.get_json()
    connection = _connection()
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare VALUES (%s, %s, %s, %s, %s, %s, %s)",
            (1, len(said["entries"]), 3, 4, 5, 6, 7),
        )
    return jsonify(accepted=1), 201


def _connection() -> Any:
    """The connection of this process, made at its first request."""
    if not _connections:
        _connections.append(psycopg2.connect(os.environ[DATABASE]))
    return _connections[0]
