"""The one verb of messages: tell, in the unit of whoever has something to tell."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import text

from app.messages.rules import texts, times
from app.messages.terms import Tell
from app.watching import figures
from ledger.kernel.uow import UnitOfWork

# One statement however many are told: messages, and what of them leaves the house. Who was told
# under this key before gets nothing a second time.
_TELL = text("""
    WITH told AS (
        INSERT INTO message (kind, operator_id, account_id, role, params, link, about, urgent,
            once_key, at)
        SELECT :kind, r.operator_id, r.account_id, coalesce(r.role, ''),
            CAST(:params AS jsonb) || coalesce(r.params, '{}'), coalesce(r.link, :link), :about,
            :urgent, :once_key, :at
        FROM jsonb_to_recordset(CAST(:boxes AS jsonb))
            AS r (operator_id integer, account_id integer, role text, params jsonb, link text)
        ON CONFLICT (once_key, operator_id, account_id, role) WHERE once_key <> '' DO NOTHING
        RETURNING id, operator_id, account_id, role
    ), reached AS (
        SELECT t.id, a.id AS address_id FROM told t
        JOIN message_address a ON a.operator_id = t.operator_id
        WHERE a.removed_at IS NULL AND a.confirmed_at IS NOT NULL
            AND (:urgent OR a.muted_at IS NULL)
        UNION ALL
        SELECT t.id, a.id FROM told t JOIN message_address a ON a.account_id = t.account_id
        WHERE a.removed_at IS NULL AND a.confirmed_at IS NOT NULL
            AND (:urgent OR a.muted_at IS NULL)
        UNION ALL
        SELECT t.id, a.id FROM told t JOIN message_address a ON a.role = t.role AND t.role <> ''
        WHERE a.removed_at IS NULL AND a.confirmed_at IS NOT NULL
            AND (:urgent OR a.muted_at IS NULL)
    ), letters AS (
        INSERT INTO message_letter (message_id, address_id, urgent, due_at)
        SELECT id, address_id, :urgent, :due FROM reached
        RETURNING 1
    ), calls AS (
        INSERT INTO message_call (webhook_id, message_id, at, due_at)
        SELECT w.id, t.id, :at, :at FROM told t
        JOIN message_webhook w ON w.operator_id = t.operator_id
        WHERE w.removed_at IS NULL AND w.off_at IS NULL
        UNION ALL
        SELECT w.id, t.id, :at, :at FROM told t
        JOIN message_webhook w ON w.account_id = t.account_id AND w.operator_id IS NULL
        WHERE w.removed_at IS NULL AND w.off_at IS NULL
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM told) AS told,
        (SELECT count(*) FROM letters) AS letters, (SELECT count(*) FROM calls) AS calls
""")


def tell(uow: UnitOfWork, command: Tell) -> int:
    """Write a message into each box, and what of it leaves the house; returns how many were told.

    Boxes that were told under the same ``once_key`` are not told again. Announces letter.written
    and call.wanted where something has to leave at once. Raises ValueError where the text of the
    kind has other blanks than are filled.
    """
    boxes = _boxes(command)
    _check(command)
    if not boxes:
        return 0
    hour = uow.parameters.number("messages.digest_hour", uow.today)
    found = uow.session.execute(
        _TELL,
        {
            "kind": command.kind,
            "params": json.dumps(texts.plain(command.params)),
            "boxes": json.dumps(boxes),
            "link": command.link,
            "about": command.about,
            "urgent": command.urgent,
            "once_key": command.once_key,
            "at": uow.now,
            "due": uow.now if command.urgent else times.digest_at(uow.now, hour),
        },
    ).one()
    if found.letters and command.urgent:
        uow.announce("letter.written", kind=command.kind)
    if found.calls:
        uow.announce("call.wanted", kind=command.kind)
    figures.count_messages(command.kind, found.told)
    return int(found.told)


def _check(command: Tell) -> None:
    """See that every box gets a value for every blank, and a link that stays in the house."""
    for operator_id in command.operator_ids:
        own = dict(command.own.get(operator_id, {}))
        _check_link(own.pop("link", command.link))
        texts.check(command.kind, {*command.params, *own})
    if command.account_ids or command.role is not None:
        _check_link(command.link)
        texts.check(command.kind, command.params)


def _check_link(link: str) -> None:
    if link and (not link.startswith("/") or link.startswith(("//", "/\\"))):
        raise ValueError(f"a message leads to a page of this site, not to {link}")


def _boxes(command: Tell) -> list[dict[str, Any]]:
    boxes: list[dict[str, Any]] = []
    for operator_id in dict.fromkeys(command.operator_ids):
        own = dict(command.own.get(operator_id, {}))
        box: dict[str, Any] = {"operator_id": operator_id}
        if "link" in own:
            box["link"] = own.pop("link")
        boxes.append(box | ({"params": texts.plain(own)} if own else {}))
    boxes += [{"account_id": account_id} for account_id in dict.fromkeys(command.account_ids)]
    if command.role is not None:
        boxes.append({"role": command.role.value})
    return boxes
