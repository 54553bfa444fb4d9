"""Certificates and licences that end soon or have just ended, of which nobody has been told yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from ledger.certificates import rules
from ledger.certificates.terms import RunningOut
from ledger.kernel.uow import UnitOfWork

_TOLD = """(SELECT min(p.stage) FROM paper_warning p
    WHERE p.is_licence = {licence} AND p.paper_id = {paper}.id AND p.ends = {paper}.valid_to)"""
_CERTIFICATES = text(f"""
    SELECT c.id, coalesce(s.merged_into, s.id) AS owner_id, c.kind, c.number, c.valid_to,
        coalesce(c.valid_from, c.issued_on) AS begun, {_TOLD.format(licence="false", paper="c")}
        AS told,
        ARRAY(SELECT t.target_id FROM certificate_target t
            WHERE t.certificate_id = c.id AND t.target = 'lot' LIMIT 500) AS lots,
        NOT EXISTS (SELECT FROM certificate_target t
            WHERE t.certificate_id = c.id AND t.target <> 'lot') AS lots_only
    FROM certificate c JOIN subject s ON s.id = c.owner_id
    WHERE c.valid_to BETWEEN :since AND :until AND c.id > :after
      AND NOT EXISTS (SELECT FROM certificate_withdrawal w WHERE w.certificate_id = c.id)
      AND NOT EXISTS (SELECT FROM certificate n WHERE n.replaces = c.id)
    ORDER BY c.id LIMIT :limit
""")  # noqa: S608
# A renewed licence is a row of its own: the older one's end is no news.
_LICENCES = text(f"""
    SELECT l.id, coalesce(s.merged_into, s.id) AS owner_id, l.kind, l.number, l.valid_to,
        l.valid_from AS begun, {_TOLD.format(licence="true", paper="l")} AS told,
        CAST('{{}}' AS integer[]) AS lots, false AS lots_only
    FROM licence l JOIN subject s ON s.id = l.subject_id
    WHERE l.valid_to BETWEEN :since AND :until AND l.id > :after AND l.revoked_on IS NULL
      AND s.status = 'active'
      AND NOT EXISTS (SELECT FROM licence n WHERE n.subject_id = l.subject_id AND n.kind = l.kind
          AND n.revoked_on IS NULL AND n.id <> l.id
          AND (n.valid_to IS NULL OR n.valid_to > l.valid_to))
    ORDER BY l.id LIMIT :limit
""")  # noqa: S608


def papers_running_out(
    uow: UnitOfWork, *, licences: bool, after: int, limit: int
) -> tuple[tuple[RunningOut, ...], int | None]:
    """Papers whose end has come to a stage nobody has been told of, and where to go on.

    The second answer is None when there are no more. Papers that go with a transport are left out.
    """
    stages = rules.stages(uow.parameters.get("certificate.warn_days", uow.today))
    asked = {
        "since": uow.today - timedelta(days=rules.LONG_AGO_DAYS),
        "until": uow.today + timedelta(days=max(stages)),
        "after": after,
        "limit": limit,
    }
    rows = uow.session.execute(_LICENCES if licences else _CERTIFICATES, asked).all()
    found = (_running_out(uow, row, stages, licences=licences) for row in rows)
    ended = rows[-1].id if len(rows) == limit else None
    return tuple(one for one in found if one is not None), ended


def _running_out(
    uow: UnitOfWork, row: Any, stages: tuple[int, ...], *, licences: bool
) -> RunningOut | None:
    stage = rules.stage_of(row.valid_to, uow.today, stages)
    told = row.told is not None and stage is not None and row.told <= stage
    if stage is None or told:
        return None
    if not rules.is_watched(row.begun, row.valid_to, lots_only=row.lots_only):
        return None
    return RunningOut(
        is_licence=licences,
        paper_id=row.id,
        owner_id=row.owner_id,
        kind=row.kind,
        number=row.number,
        valid_to=row.valid_to,
        days=(row.valid_to - uow.today).days,
        stage=stage,
        lots=tuple(row.lots),
        lots_only=row.lots_only,
    )
