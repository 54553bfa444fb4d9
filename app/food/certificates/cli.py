"""The shell door of certificates: what is on file, and putting a paper on file."""

from __future__ import annotations

import json as text_json
import sys
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.blobs import services as blobs
from app.blobs.errors import FileGone
from app.doors.cli import Shell, command, say
from app.food.certificates import queries, services
from app.food.certificates.queries import Shown
from app.food.certificates.terms import (
    STATE_TEXTS,
    CertificateSent,
    FileSent,
    LotNamed,
    ThingsNamed,
)
from ledger.certificates.queries import certificates_page, files_after
from ledger.certificates.terms import (
    KIND_TEXTS,
    AddCertificate,
    Certificate,
    CertificateKind,
    CertificateSearch,
    CertificateState,
)
from ledger.kernel import uow as units
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_uscc

_KINDS = click.Choice([kind.value for kind in CertificateKind], case_sensitive=False)
_STATES = click.Choice([state.value for state in CertificateState], case_sensitive=False)
SOME_WRONG = 3
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def certificates() -> None:
    """Certificates: papers that vouch for lots, products and operators."""


@command(name="list")
@click.option("--operator", default="", help="USCC of the owner.")
@click.option("--kind", type=_KINDS, default=None)
@click.option("--state", type=_STATES, default=None)
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document, nothing else.")
def list_them(shell: Shell, *, as_json: bool, **asked: Any) -> None:
    """Certificates on file, the newest first."""
    with shell.unit(read_only=True) as uow:
        found = queries.shown(uow, certificates_page(uow, _search(uow, **asked)).items)
    if as_json:
        say(text_json.dumps([_plain(one) for one in found], ensure_ascii=False))
    else:
        _print(found)


def _search(
    uow: UnitOfWork, *, operator: str, kind: str | None, state: str | None, limit: int
) -> CertificateSearch:
    return CertificateSearch(
        owner_ids=frozenset({subject_by_uscc(uow, operator).id}) if operator else None,
        kind=CertificateKind(kind.upper()) if kind else None,
        state=CertificateState(state.lower()) if state else None,
        limit=limit,
    )


def _plain(one: Shown) -> dict[str, Any]:
    paper = one.paper
    return {
        "id": paper.id,
        "operator": one.owner_uscc,
        "name": one.owner,
        "kind": paper.kind.value,
        "number": paper.number,
        "valid_to": paper.valid_to.isoformat() if paper.valid_to else None,
        "state": one.state.value,
        "about": [f"{it.target.kind.value} {it.name} {it.lot}".strip() for it in one.things],
        "files": [file.sha256.hex() for file in paper.files],
    }


def _print(found: tuple[Shown, ...]) -> None:
    table = Table(box=None, pad_edge=False)
    for head in (
        "ID",
        "证明 certificate",
        "编号 number",
        "经营者 operator",
        "状态 state",
        "管 about",
    ):
        table.add_column(head)
    for one in found:
        paper = one.paper
        table.add_row(
            str(paper.id),
            Text(KIND_TEXTS[paper.kind][0]),
            Text(paper.number),
            Text(one.owner),
            " ".join(STATE_TEXTS[one.state]),
            Text(", ".join(f"{it.name} {it.lot}".strip() for it in one.things[:3])),
        )
    Console().print(table)


@command(name="attach")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--operator", required=True, help="USCC of the owner.")
@click.option("--kind", type=_KINDS, required=True)
@click.option("--number", default="")
@click.option("--issuer", default="")
@click.option("--issued-on", type=_DAY, default=None)
@click.option("--valid-to", type=_DAY, default=None)
@click.option("--gtin", default="", help="GTIN of the product it is about.")
@click.option("--lot", default="", help="Number of the lot of that product.")
def attach(shell: Shell, files: tuple[Path, ...], **said: Any) -> None:
    """Put a certificate with FILES on file: about a lot, a product, or the operator itself."""
    with ExitStack() as opened:
        pages = tuple(
            FileSent(content=opened.enter_context(path.open("rb")), name=path.name)
            for path in files
        )
        sent = _sent(**said).with_files(pages)
        work = partial(services.add, sent=sent, settings=shell.settings)
        made: Certificate = units.run(shell.unit, work)
    say(str(made.id))


def _sent(*, operator: str, kind: str, gtin: str, lot: str, **said: Any) -> CertificateSent:
    if lot:
        things = ThingsNamed(lots=(LotNamed(product=gtin, number=lot),))
    else:
        things = ThingsNamed(products=(gtin,) if gtin else (), itself=not gtin)
    days = {name: _day(said.pop(name)) for name in ("issued_on", "valid_to")}
    return CertificateSent(
        said=AddCertificate(owner_id=0, kind=CertificateKind(kind.upper()), **days, **said),
        things=things,
        operator=operator,
    )


def _day(said: datetime | None) -> Any:
    return said.date() if said else None


@command(name="check")
def check(shell: Shell) -> None:
    """Compare every file that certificates name with its hash; name those that are not right."""
    counts = {"files": 0, "missing": 0, "altered": 0}
    place = (0, 0)
    while True:
        with shell.unit(read_only=True) as uow:
            found = files_after(uow, place)
        if not found:
            break
        for place, hashes in found:
            for one in hashes:
                counts["files"] += 1
                wrong = _what_is_wrong(shell, one)
                if wrong:
                    counts[wrong] += 1
                    say(f"{place[0]}/{place[1]}\t{wrong}\t{one.hex()}")
    say(" · ".join(f"{name} {count}" for name, count in counts.items()))
    if counts["missing"] or counts["altered"]:
        sys.exit(SOME_WRONG)


def _what_is_wrong(shell: Shell, sha256: bytes) -> str:
    try:
        return "" if blobs.is_whole(shell.settings, sha256) else "altered"
    except FileGone:
        return "missing"


certificates.add_command(check)
certificates.add_command(list_them)
certificates.add_command(attach)
