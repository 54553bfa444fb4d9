"""The log is public, receipts are for who may read the entry, and both verify with nothing else."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from sqlalchemy import text
from support import accounts as people
from support.books import filed_book
from support.filings import an_operator, file, production
from support.programs import on_the_table

from app.proof import services
from ledger.kernel.actor import Role
from ledger.kernel.ids import entry_reference
from ledger.proof import queries as log
from ledger.proof.rules import checkpoint, keys, note, paths, receipt
from ledger.proof.rules.tiles import parse_tile_path, tile_path
from ledger.proof.services import seal_entries
from ledger.proof.terms import Algorithm, SignedNote

WITNESS = keys.made_key("witness.example/w1", bytes([7]) * 32, Algorithm.COSIGNATURE)


@pytest.fixture
def chosen(settings, tmp_path):
    """An installation with a key of its own and one witness."""
    return replace(
        settings,
        data=tmp_path,
        log_name="log.example.cn/book",
        witness_keys=keys.vkey(WITNESS.verifier),
    )


@pytest.fixture
def app(program, chosen, database, now):
    with on_the_table(program, chosen, bind=database, now=lambda: now) as lent:
        yield lent


@pytest.fixture
def key(chosen):
    return services.log_key(chosen)


@pytest.fixture
def book(database, now, key):
    """A book that is filed and sealed."""
    with people.house(database, now) as uow:
        made = filed_book(uow)
        assert seal_entries(uow, key) is not None
    return made


@pytest.fixture
def headers(database, now, book):
    with people.house(database, now) as uow:
        return people.key(uow, Role.OPERATOR, book.operator)


def published(client):
    return checkpoint.parse_checkpoint(note.parse_note(client.get("/log/checkpoint").text).text)


def test_before_the_first_sealing_there_is_no_checkpoint(client, key):
    page = client.get("/log/")
    assert page.status_code == 200
    assert keys.vkey(key.verifier) in page.text.replace("&#43;", "+")
    assert client.get("/log/checkpoint", headers={"Accept": "application/json"}).status_code == 404
    said = client.get("/api/v1/log").json
    assert (said["size"], said["root"], said["checkpoint"]) == (0, "", "")


def test_anybody_verifies_the_log_from_what_it_publishes(client, book):
    verifier = keys.parse_vkey(client.get("/log/key").text)
    answer = client.get("/log/checkpoint")
    assert answer.content_type == "text/plain; charset=utf-8"
    said = checkpoint.opened_checkpoint(answer.text, verifier)
    assert said.origin == "log.example.cn/book"

    def read(address):
        tile = client.get(f"/log/tile/{tile_path(address)}")
        assert tile.content_type == "application/octet-stream"
        assert "immutable" in tile.headers["Cache-Control"]
        return tile.data

    assert paths.StoredTree(said.size, read).root() == said.root
    api = client.get("/api/v1/log").json
    assert (api["size"], api["root"]) == (said.size, base64.b64encode(said.root).decode())
    page = client.get("/log/").text
    assert base64.b64encode(said.root).decode() in page.replace("&#43;", "+").replace("&#61;", "=")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("0/000", 404, "proof.tile_missing"),
        ("0/000.p/255", 404, "proof.tile_missing"),
        ("9/000.p/1", 404, "proof.tile_missing"),
        ("64/000", 400, "proof.tile_level_wrong"),
        ("entries/000", 400, "proof.tile_level_wrong"),
        ("0/0", 400, "proof.tile_index_wrong"),
        ("0/000.p/0", 400, "proof.tile_width_wrong"),
        ("0/x999/x999/x999/x999/x999/999.p/1", 404, "proof.tile_missing"),
    ],
)
def test_tiles_that_are_not_there_are_refused_by_name(client, book, path, status, code):
    answer = client.get(f"/log/tile/{path}", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_narrower_partial_of_a_tile_is_served(client, book):
    size = published(client).size
    widest = client.get(f"/log/tile/0/000.p/{size}").data
    assert client.get("/log/tile/0/000.p/3").data == widest[:96]
    assert parse_tile_path("0", "000.p/3").width == 3


def test_an_entry_s_receipt_verifies_offline(client, headers, book, key):
    for reference in book.references:
        said = client.get(f"/api/v1/entries/{reference}/proof", headers=headers)
        if said.status_code == 404:  # the other operator's
            continue
        assert said.json["state"] == "sealed"
        (found,) = receipt.parse_receipts(said.json["receipt"])
        shown = receipt.verify_receipt(found, key.verifier)
        assert shown.index == said.json["index"]
        file_ = client.get(f"/proof/entries/{reference}/receipt", headers=headers)
        assert file_.text == said.json["receipt"]
        assert f"{reference}.tlog-proof" in file_.headers["Content-Disposition"]


def test_a_filing_s_receipts_come_in_pages(client, headers, book, key, database, now):
    with people.house(database, now) as uow:
        made = [production(document=f"P-{number}") for number in range(4)]
        file(uow, book.operator, *made, key="2026/15")
        seal_entries(uow, key)
    first = client.get("/api/v1/filings/2026/15/proof?limit=3", headers=headers).json
    assert (first["state"], first["entries"], first["next"]) == ("sealed", 4, 3)
    rest = client.get("/api/v1/filings/2026/15/proof?limit=3&after=3", headers=headers).json
    assert rest["next"] is None
    found = "".join(one["receipt"] for one in first["items"] + rest["items"])
    assert len(receipt.verify_all(receipt.parse_receipts(found), key.verifier)) == 4
    far = client.get("/api/v1/filings/2026/15/proof?after=99", headers=headers).json
    assert far["items"] == []


def test_what_waits_for_its_sealing_says_so(client, headers, book, database, now):
    with people.house(database, now) as uow:
        filed = file(uow, book.operator, production(document="P-9"), key="K-new")
    reference = filed.entries[0]
    said = client.get(f"/api/v1/entries/{reference}/proof", headers=headers).json
    assert (said["state"], said["index"], said["receipt"]) == ("filed", None, "")
    refused = client.get(
        f"/proof/entries/{reference}/receipt", headers={**headers, "Accept": "application/json"}
    )
    assert refused.json["code"] == "proof.not_sealed_yet"
    whole = client.get("/api/v1/filings/K-new/proof", headers=headers).json
    assert (whole["state"], whole["entries"]) == ("filed", 1)


def test_nobody_gets_the_receipt_of_another_s_entry(client, book, database, now):
    with people.house(database, now) as uow:
        stranger = people.key(uow, Role.OPERATOR, an_operator(uow, 9))
        inspector = people.key(uow, Role.INSPECTOR)
    reference = book.references[0]
    assert client.get(f"/api/v1/entries/{reference}/proof").status_code == 401
    answer = client.get(f"/api/v1/entries/{reference}/proof", headers=stranger)
    assert (answer.status_code, answer.json["code"]) == (404, "entries.unknown_entry")
    assert client.get(f"/api/v1/entries/{reference}/proof", headers=inspector).status_code == 200


def cosigned(client, witness=WITNESS):
    signed = note.parse_note(client.get("/log/checkpoint").text)
    signature = note.cosign(signed.text, witness, 1_790_000_000)
    return note.format_note(
        SignedNote(text=signed.text, signatures=(*signed.signatures, signature))
    )


def test_a_witness_s_signature_makes_the_entry_public(client, headers, book, key):
    whole = cosigned(client)
    answer = client.post("/api/v1/log/cosignatures", json={"checkpoint": whole})
    assert (answer.status_code, answer.json) == (200, {"accepted": 1})
    again = client.post("/api/v1/log/cosignatures", json={"checkpoint": whole})
    assert again.json == {"accepted": 0}
    assert client.get("/log/checkpoint").text == whole
    assert client.get(f"/log/checkpoint/{published(client).size}").text == whole
    said = client.get(f"/api/v1/entries/{book.references[0]}/proof", headers=headers).json
    assert said["state"] == "published"
    (found,) = receipt.parse_receipts(said["receipt"])
    assert note.verify(note.parse_note(found.note), WITNESS.verifier) == 1_790_000_000
    receipt.verify_receipt(found, key.verifier)
    (witness,) = client.get("/api/v1/log").json["witnesses"]
    assert (witness["name"], witness["size"]) == (WITNESS.verifier.name, published(client).size)
    assert WITNESS.verifier.name in client.get("/log/").text


def test_receipts_stay_under_the_witnessed_checkpoint_until_the_next_is(
    client, headers, book, database, now, key
):
    client.post("/api/v1/log/cosignatures", json={"checkpoint": cosigned(client)})
    witnessed = published(client).size
    with people.house(database, now) as uow:
        filed = file(uow, book.operator, production(document="P-9"), key="K-new")
        seal_entries(uow, key)
    assert published(client).size == witnessed + 1
    old = client.get(f"/api/v1/entries/{book.references[0]}/proof", headers=headers).json
    (found,) = receipt.parse_receipts(old["receipt"])
    assert receipt.verify_receipt(found, key.verifier).checkpoint.size == witnessed
    new = client.get(f"/api/v1/entries/{filed.entries[0]}/proof", headers=headers).json
    assert new["state"] == "sealed"
    (found,) = receipt.parse_receipts(new["receipt"])
    assert receipt.verify_receipt(found, key.verifier).checkpoint.size == witnessed + 1


def test_signatures_of_strangers_and_forgeries_are_refused(client, book, key):
    stranger = keys.made_key("witness.example/w2", bytes([8]) * 32, Algorithm.COSIGNATURE)
    impostor = keys.made_key("witness.example/w1", bytes([8]) * 32, Algorithm.COSIGNATURE)
    other = checkpoint.signed_checkpoint(5, bytes(32), key)
    split = checkpoint.signed_checkpoint(published(client).size, bytes(32), key)
    cases = {
        cosigned(client, stranger): "proof.no_witness_signed",
        cosigned(client, impostor): "proof.no_witness_signed",
        client.get("/log/checkpoint").text: "proof.no_witness_signed",
        cosigned(client).replace("log.example.cn", "lag.example.cn"): "proof.not_signed_by_key",
        other: "proof.unknown_checkpoint",
        split: "proof.equal_trees_differ",
        "hello": "proof.note_not_ended",
    }
    for whole, code in cases.items():
        answer = client.post("/api/v1/log/cosignatures", json={"checkpoint": whole})
        assert answer.json["code"] == code
    forged = cosigned(client)
    text = f"{forged[:-6]}AAA==\n" if forged.endswith("==\n") else f"{forged[:-5]}AAA\n"
    answer = client.post("/api/v1/log/cosignatures", json={"checkpoint": text})
    assert answer.json["code"] in {"proof.signature_wrong", "proof.signature_not_base64"}


def test_without_witnesses_what_is_sealed_is_public(app, chosen, database, now, book, headers):
    alone = replace(chosen, witness_keys="")
    with on_the_table(app, alone, bind=database, now=lambda: now) as made:
        client = made.test_client()
        said = client.get(f"/api/v1/entries/{book.references[0]}/proof", headers=headers).json
        assert said["state"] == "published"
        assert "还没有见证方" in client.get("/log/").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_of_an_entry_shows_the_three_states(client, headers, book, language):
    reference = book.references[0]
    page = client.get(f"/proof/entries/{reference}?lang={language}", headers=headers)
    assert page.status_code == 200
    words = {
        "zh": ("已入账", "已封存", "已公布", "下载存证回执"),
        "en": ("filed", "sealed", "published"),
    }
    assert all(word.lower() in page.text.lower() for word in words[language])
    assert f"/proof/entries/{reference}/receipt" in page.text


@pytest.fixture
def filed(database, now, key, book):
    """A filing of more entries than a page of its proof shows."""
    with people.house(database, now) as uow:
        made = [production(document=f"P-{number}") for number in range(60)]
        found = file(uow, book.operator, *made, key="2026/15")
        seal_entries(uow, key)
    return found


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("整份报送的存证", "2026/15", "本页 50 行，共 60 行")),
        ("en", ("whole filing", "2026/15")),
    ],
)
def test_the_page_of_a_filing_lists_its_entries_and_offers_one_file(
    client, headers, filed, language, words
):
    where = f"/proof/entries/{filed.entries[7]}/filing"
    assert (
        f'href="{where}"' in client.get(f"/proof/entries/{filed.entries[7]}", headers=headers).text
    )
    page = client.get(f"{where}?lang={language}", headers=headers)
    assert page.status_code == 200
    assert all(word in page.text for word in words)
    assert all(f'/proof/entries/{one}"' in page.text for one in filed.entries[:50])
    assert f"{where}/receipts" in page.text
    rest = client.get(f"{where}?after=50", headers=headers).text
    assert f'/proof/entries/{filed.entries[50]}"' in rest
    assert f'/proof/entries/{filed.entries[49]}"' not in rest


def test_the_receipts_of_a_filing_verify_from_one_file(client, headers, filed, key):
    where = f"/proof/entries/{filed.entries[0]}/filing/receipts"
    kept = client.get(where, headers=headers)
    name = f"filing-{filed.filing_id}.tlog-proof"
    assert kept.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert kept.headers["Cache-Control"] == "no-store"
    shown = receipt.verify_all(receipt.parse_receipts(kept.text), key.verifier)
    assert len({one.index for one in shown}) == len(filed.entries)
    rest = client.get(f"{where}?after=58", headers=headers)
    assert len(receipt.parse_receipts(rest.text)) == 2
    assert f"filing-{filed.filing_id}-59.tlog-proof" in rest.headers["Content-Disposition"]


def test_many_receipts_come_in_several_files(client, headers, filed, monkeypatch):
    monkeypatch.setattr(log, "RECEIPTS_MAX", 25)
    where = f"/proof/entries/{filed.entries[0]}/filing"
    page = client.get(where, headers=headers).text
    assert all(f"{where}/receipts{after}" in page for after in ('"', "?after=25", "?after=50"))
    assert "第 51 至 60 条的回执" in page


def test_a_filing_that_waits_has_no_receipts_yet(client, headers, book, database, now):
    with people.house(database, now) as uow:
        waiting = file(uow, book.operator, production(document="P-9"), key="K-new")
    where = f"/proof/entries/{waiting.entries[0]}/filing"
    assert "/receipts" not in client.get(where, headers=headers).text
    refused = client.get(f"{where}/receipts", headers={**headers, "Accept": "application/json"})
    assert (refused.status_code, refused.json["code"]) == (404, "proof.not_sealed_yet")


@pytest.mark.parametrize("part", ["", "/receipts"])
@pytest.mark.parametrize("reference", ["E", "nobody", "mine"])
def test_nobody_learns_of_another_s_filing(client, filed, database, now, part, reference):
    with people.house(database, now) as uow:
        stranger = people.key(uow, Role.OPERATOR, an_operator(uow, 9))
    named = filed.entries[0] if reference == "mine" else reference
    where = f"/proof/entries/{named}/filing{part}"
    answer = client.get(where, headers={**stranger, "Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (404, "entries.unknown_entry")
    assert client.get(where, headers={"Accept": "application/json"}).status_code == 401


def test_a_filing_loaded_in_bulk_says_that_it_lists_no_entries(client, headers, book, database):
    last = "SELECT DISTINCT lot, id FROM entry WHERE id = (SELECT max(first_entry) FROM filing)"
    reference = entry_reference(*database.execute(text(last)).one())
    page = client.get(f"/proof/entries/{reference}/filing", headers=headers)
    assert page.status_code == 200
    assert "成批载入" in page.text
