"""An operator keeps a receipt, a witness keeps watch, and a line changed in the night is named.

The whole way over HTTP and the shell: file, seal, fetch the receipt, verify it without the system,
witness the log from its published pages, tamper, recheck.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from support import accounts as people
from support.filings import an_operator
from support.named import a_gtin
from werkzeug.serving import WSGIRequestHandler, make_server

from app.factory import create_app
from app.proof.cli import proof
from app.settings import PREFIX
from ledger.kernel import clock
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM, Role
from ledger.kernel.ids import parse_entry_reference
from ledger.proof.rules import keys, note

LINES = [
    {
        "kind": "production",
        "lot": {"gtin": a_gtin(1), "lot": f"L{number}", "name": "纯牛奶"},
        "quantity": "1200",
        "unit": "EA",
        "at": "2026-08-10",
    }
    for number in range(3)
]


class Silent(WSGIRequestHandler):
    def log_request(self, code="-", size="-"):
        """Say nothing."""


@contextlib.contextmanager
def serving(app):
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def witness(tmp_path, monkeypatch, fresh_settings):
    """A witness with a key, which the installation in the environment knows."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    made = run("key", "--new", "witness.example/w1", "--witness", "--out", tmp_path / "witness")
    vkey = made.stdout.strip()
    chosen = replace(
        fresh_settings,
        data=tmp_path / "data",
        log_name="log.example.cn/book",
        witness_keys=vkey,
    )
    for name, value in chosen.to_environ().items():
        monkeypatch.setenv(name, value)
    return chosen, keys.parse_vkey(vkey)


def run(*arguments):
    return CliRunner().invoke(proof, [str(each) for each in arguments])


def test_from_a_filing_to_a_named_forgery(witness, fresh_database, owner_database, tmp_path):
    chosen, verifier = witness
    app = create_app(chosen, bind=fresh_database)
    app.extensions["suyuan.limiter"].enabled = False
    client = app.test_client()
    with units.begin(fresh_database, actor=SYSTEM, now=clock.now()) as uow:
        headers = people.key(uow, Role.OPERATOR, an_operator(uow, 1))
    filed = client.post(
        "/api/v1/filings", json={"filing_key": "P/1", "entries": LINES}, headers=headers
    ).json
    assert filed["accepted"] == 3
    assert states(client, headers) == {"filed"}
    assert run("seal").exit_code == 0
    assert states(client, headers) == {"sealed"}

    # the witness looks at the published log only, signs, and sends its signature
    vkey = client.get("/log/key").text.strip()
    with serving(app) as address:
        asked = ("cosign", "--log", f"{address}/log", "--vkey", vkey)
        asked += ("--key", tmp_path / "witness", "--seen", tmp_path / "seen")
        signed = run(*asked).stdout
        answer = client.post("/api/v1/log/cosignatures", json={"checkpoint": signed})
        assert answer.json == {"accepted": 1}
        assert states(client, headers) == {"published"}
        more = {"filing_key": "P/2", "entries": [{**LINES[0], "document": "CK-2"}]}
        assert client.post("/api/v1/filings", json=more, headers=headers).json["accepted"] == 1
        assert run("seal").exit_code == 0
        grown = run("consistency", tmp_path / "seen", "--log", f"{address}/log", "--vkey", vkey)
        assert grown.exit_code == 0, grown.stderr
        assert note.verify(note.parse_note(run(*asked).stdout), verifier)

    # the operator keeps its receipts, and years later there is nothing but the file and the key
    kept = tmp_path / "kept.tlog-proof"
    proofs = client.get("/api/v1/filings/P/1/proof", headers=headers).json
    kept.write_text("".join(one["receipt"] for one in proofs["items"]), "utf-8")
    verified = run("verify", kept, "--vkey", vkey, "--witness", keys.vkey(verifier), "--json")
    assert verified.exit_code == 0, verified.stderr
    rows = [one["rows"][0] for one in json.loads(verified.stdout)["receipts"]]
    assert [row["entry"] for row in rows] == filed["entries"]
    assert {row["quantity"] for row in rows} == {"1200"}

    # somebody with all rights over the database makes 1,200 bottles 1,100
    assert run("recheck", "--workers", 1).exit_code == 0
    with owner_database.begin() as owner:
        owner.execute(text("ALTER TABLE entry DISABLE TRIGGER USER"))
        owner.execute(
            text("UPDATE entry SET qty = 1100000 WHERE id = :id"),
            {"id": parse_entry_reference(filed["entries"][1])[1]},
        )
    found = run("recheck", "--workers", 1)
    assert found.exit_code == 1
    assert f"first: {filed['entries'][1]}" in found.stdout
    refused = client.get(f"/api/v1/entries/{filed['entries'][1]}/proof", headers=headers)
    assert refused.json["code"] == "proof.entry_not_as_sealed"
    assert run("verify", kept, "--vkey", vkey).exit_code == 0


def states(client, headers):
    said = client.get("/api/v1/filings/P/1/proof", headers=headers).json
    return {said["state"], *(one["state"] for one in said["items"])}
