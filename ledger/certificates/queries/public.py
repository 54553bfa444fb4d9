"""What everybody may see of certificates: what they say, and pictures their owner lets be seen."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.certificates import errors
from ledger.certificates.queries.stored import certificate_by_id
from ledger.certificates.rules import NEVER_PUBLIC
from ledger.certificates.terms import Certificate, CertificateKind, PaperShown, TargetKind
from ledger.kernel.statements import Prepared, numbers
from ledger.kernel.uow import UnitOfWork

PAPERS_MAX = 3  # the latest three
_LOTS_LOOKED_AT = 200  # of a product whose lot is unknown: its latest ones
_HIDDEN = ", ".join(f"'{kind.value}'" for kind in sorted(NEVER_PUBLIC))
_STANDS = f"""
    c.kind NOT IN ({_HIDDEN})
    AND NOT EXISTS (SELECT FROM certificate_withdrawal w WHERE w.certificate_id = c.id)
    AND NOT EXISTS (SELECT FROM certificate n WHERE n.replaces = c.id)
"""  # noqa: S608
_COLUMNS = "c.id, c.kind, c.number, c.issuer, c.issued_on, c.valid_from, c.valid_to"
_PAPERS = Prepared(
    "certificates_shown",
    "integer[], integer, integer",
    f"""
    (SELECT {_COLUMNS}, t.target, l.number AS lot, 1 AS place
     FROM unnest($1) AS asked (id) JOIN lot l ON l.id = asked.id
     JOIN certificate_target t ON t.target = 'lot' AND t.target_id = l.id
     JOIN certificate c ON c.id = t.certificate_id
     WHERE {_STANDS} ORDER BY c.id DESC LIMIT {PAPERS_MAX})
    UNION ALL
    (SELECT {_COLUMNS}, t.target, l.number AS lot, 1 AS place
     FROM (SELECT id, number FROM lot WHERE product_id = $2 AND $1 = '{{}}'
           ORDER BY id DESC LIMIT {_LOTS_LOOKED_AT}) l
     JOIN certificate_target t ON t.target = 'lot' AND t.target_id = l.id
     JOIN certificate c ON c.id = t.certificate_id
     WHERE {_STANDS} ORDER BY l.id DESC, c.id DESC LIMIT {PAPERS_MAX})
    UNION ALL
    (SELECT {_COLUMNS}, t.target, '' AS lot, 2 AS place
     FROM certificate_target t JOIN certificate c ON c.id = t.certificate_id
     WHERE t.target = 'product' AND t.target_id = $2 AND {_STANDS}
     ORDER BY c.id DESC LIMIT {PAPERS_MAX})
    UNION ALL
    (SELECT {_COLUMNS}, t.target, '' AS lot, 3 AS place
     FROM certificate_target t JOIN certificate c ON c.id = t.certificate_id
     WHERE t.target = 'operator' AND t.target_id = $3 AND c.kind = 'LICENCE' AND {_STANDS}
     ORDER BY c.id DESC LIMIT 1)
    ORDER BY place
""",  # noqa: S608 - made of the constants above
)


def papers_shown(
    uow: UnitOfWork, *, lots: Iterable[int], product_id: int, producer_id: int | None
) -> tuple[PaperShown, ...]:
    """The latest three certificates of lots that are the same goods, then of their product.

    Without a lot, those of the product's latest lots. The picture of the producer's licence comes
    last. One statement.
    """
    asked = numbers(sorted(lots))
    rows = _PAPERS.rows(uow.session, asked, product_id, producer_id or 0)
    return tuple(
        PaperShown(
            id=row.id,
            kind=CertificateKind(row.kind),
            number=row.number,
            issuer=row.issuer,
            issued_on=row.issued_on,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            target=TargetKind(row.target),
            lot=row.lot,
        )
        for row in rows
    )


def certificate_shown(uow: UnitOfWork, certificate_id: int) -> Certificate:
    """A certificate that stands and is of a kind everybody may see; else UnknownCertificate."""
    found = certificate_by_id(uow, certificate_id)
    if not found.stands or found.kind in NEVER_PUBLIC:
        raise errors.UnknownCertificate(certificate=certificate_id)
    return found
