"""Who asks: keys and codes for tests, made through the product's own verbs."""

from __future__ import annotations

from flask.testing import FlaskClient

from ledger.kernel.identifiers.checks import organisation_check_character, uscc_check_character


def uscc_numbered(number: int, *, kind: str = "91", division: str = "350203") -> str:
    """A made-up social credit code with true check characters; a number gives always the same."""
    body = f"MA{number:06d}"
    text = kind + division + body + organisation_check_character(body)
    return text + uscc_check_character(text)


def bearer_of(client: FlaskClient, role: str, uscc: str = "") -> dict[str, str]:
    """Headers of a machine with a fresh API key of a role, for an operator where one is named."""
    from app.accounts import services
    from app.accounts.terms import IssueKey
    from ledger.kernel import uow as units
    from ledger.kernel.actor import SYSTEM, Role
    from ledger.subjects.queries import subject_by_uscc

    room = client.application.extensions["suyuan"]
    with units.begin(room.bind, actor=SYSTEM, now=room.now(), request_id="test") as uow:
        operator = subject_by_uscc(uow, uscc).id if uscc else None
        key = services.issue_key(uow, IssueKey(label=role, role=Role(role), operator_id=operator))
    return {"Authorization": f"Bearer {key}"}
