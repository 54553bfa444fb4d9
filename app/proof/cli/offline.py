"""What anybody can do with the log from outside: verify receipts, follow its growth, witness it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from app.doors.cli import refuse, say
from app.proof import errors, queries, services
from app.settings import settings_of_this_process
from ledger.entries.terms import RowKind
from ledger.kernel import clock
from ledger.kernel.errors import Refusal
from ledger.kernel.ids import entry_reference
from ledger.kernel.moment import from_stored
from ledger.proof.rules import checkpoint as checkpoints
from ledger.proof.rules import keys, note, paths, receipt
from ledger.proof.terms import Algorithm, Checkpoint, ReadTile, SignedNote, VerifierKey

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)
_VKEY = click.option("--vkey", default="", help="The log's public key (see its page /log/key).")
_LOG = click.option("--log", "place", required=True, help="Address or folder of a published log.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document only.")
_KINDS = {one.value: one.name.lower() for one in RowKind}


def _offline(**attributes: Any) -> Callable[[Callable[..., None]], click.Command]:
    """A command that opens no database; refusals become exit codes like everywhere."""

    def decorate(work: Callable[..., None]) -> click.Command:
        @wraps(work)
        def run(**arguments: Any) -> None:
            try:
                work(**arguments)
            except Refusal as refusal:
                refuse(refusal)

        made: click.Command = click.command(**attributes)(run)
        return made

    return decorate


def _log_key(vkey: str) -> VerifierKey:
    """The key named, or that of this machine's own log."""
    if not vkey:
        return services.known_log_key(settings_of_this_process())
    found = keys.parse_vkey(vkey)
    if found.algorithm is not Algorithm.ED25519:
        raise errors.KeyOfOtherKind(name=found.name)
    return found


def _text(path: Path) -> str:
    return note.text_from(path.read_bytes())


@_offline(name="verify")
@click.argument("file", type=_FILE)
@_VKEY
@click.option("--witness", "witnesses", multiple=True, metavar="VKEY", help="Must have signed too.")
@_JSON
def verify(file: Path, vkey: str, witnesses: tuple[str, ...], *, as_json: bool) -> None:
    """Verify the receipts in FILE with nothing but the log's public key, without any network."""
    key, others = _log_key(vkey), [keys.parse_vkey(one) for one in witnesses]
    found = receipt.parse_receipts(_text(file))
    shown = receipt.verify_all(found, key)
    for each in {one.note for one in found}:
        for other in others:
            note.verify(note.parse_note(each), other)
    told = [_document(one) for one in shown]
    if as_json:
        click.echo(json.dumps({"verified": True, "receipts": told}, ensure_ascii=False))
        return
    table = Table("位置 · place", "记录 · entry", "种类 · kind", "日期 · date", "数量 · quantity")
    for one in told:
        for row in one["rows"]:
            table.add_row(str(one["index"]), row["entry"], row["kind"], row["at"], row["quantity"])
    Console().print(table)
    said = shown[0].checkpoint
    say(f"属实 · verified: {len(shown)} · {said.origin} · {said.size} 条 leaves")


def _document(shown: receipt.Shown) -> dict[str, Any]:
    said = shown.checkpoint
    return {
        "index": shown.index,
        "origin": said.origin,
        "size": said.size,
        "root": keys.encoded(said.root),
        "rows": [_row(row) for row in shown.records],
    }


def _row(row: tuple[int, ...]) -> dict[str, Any]:
    """A row as the receipt holds it: numbers of lots, operators and units, not their names."""
    number, qty, lot, seconds, op, other, _, kind, unit, precision, _ = row
    thousandths = f"{abs(qty) // 1000}.{abs(qty) % 1000:03d}".rstrip("0").rstrip(".")
    return {
        "entry": entry_reference(lot, number),
        "kind": _KINDS.get(kind, str(kind)),
        "lot": lot,
        "operator": op,
        "other": other,
        "quantity": f"-{thousandths}" if qty < 0 else thousandths,
        "unit": unit,
        "at": str(from_stored(seconds, precision)),
    }


@_offline(name="consistency")
@click.argument("old", type=_FILE)
@click.argument("new", type=_FILE, required=False)
@_LOG
@_VKEY
def consistency(old: Path, new: Path | None, place: str, vkey: str) -> None:
    """Show that the log of checkpoint OLD is the beginning of that of NEW, or of the newest."""
    key, published = _log_key(vkey), queries.Published(place)
    before = checkpoints.opened_checkpoint(_text(old), key)
    after = checkpoints.opened_checkpoint(_text(new) if new else published.checkpoint(), key)
    _check_growth(before, after, published.tile)
    say(f"前后一致 · consistent: {before.size} → {after.size} · {after.origin}")


def _check_growth(before: Checkpoint, after: Checkpoint, read_tile: ReadTile) -> None:
    path = paths.consistency_path(before.size, after.size, read_tile)
    paths.verify_consistency(
        old=before.size,
        new=after.size,
        old_root=before.root,
        new_root=after.root,
        path=path,
    )


@_offline(name="cosign")
@_LOG
@click.option("--key", "key_file", required=True, type=_FILE, help="The witness's secret key.")
@click.option("--seen", required=True, type=_NEW, help="Where the last checkpoint seen is kept.")
@click.option("--vkey", required=True, help="The log's public key.")
def cosign(place: str, key_file: Path, seen: Path, vkey: str) -> None:
    """Sign the newest checkpoint as a witness, if the log has only grown since the one in SEEN.

    Prints the checkpoint with the signature; send it to the log (suyuan proof accept, or POST
    /api/v1/log/cosignatures).
    """
    key, published = _log_key(vkey), queries.Published(place)
    witness = services.read_key(key_file, Algorithm.COSIGNATURE)
    whole = published.checkpoint()
    after = checkpoints.opened_checkpoint(whole, key)
    if seen.exists():
        _check_growth(checkpoints.opened_checkpoint(_text(seen), key), after, published.tile)
    elif paths.StoredTree(after.size, published.tile).root() != after.root:
        raise errors.TilesDiffer(size=after.size)
    # kept before it is signed: a witness that forgets what it signed could sign its opposite
    services.keep_seen(seen, whole)
    text = note.parse_note(whole).text
    signature = note.cosign(text, witness, int(clock.now().timestamp()))
    found = note.parse_note(whole)
    signed = SignedNote(text=text, signatures=(found.signatures[0], signature))
    click.echo(note.format_note(signed), nl=False)


@_offline(name="key")
@click.option("--new", "name", default="", metavar="NAME", help="Make a key of that name.")
@click.option("--out", type=_NEW, help="The file for the new secret key; nobody else may read it.")
@click.option("--witness", is_flag=True, help="A witness's key, not a log's.")
def key(name: str, out: Path | None, *, witness: bool) -> None:
    """Print the public key of this machine's log, or make a new key and print its public half."""
    if not name:
        made = services.log_key(settings_of_this_process())
    elif out is None:
        raise click.UsageError("--new needs --out FILE")
    else:
        made = services.new_key(name, Algorithm.COSIGNATURE if witness else Algorithm.ED25519)
        services.write_key(out, made)
    say(keys.vkey(made.verifier))
