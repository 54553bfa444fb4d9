"""The town's certificates: reports, a type test, licences on the wall; one soon ends, one has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from app.town.terms import PaperFiled, Story, Town
from ledger.certificates.terms import CertificateKind

_LABORATORY = "厦门海沧样例检测中心"
_TESTED = 6  # products with a type test
_WALLS = 12  # firms whose licence hangs on the wall, photographed


def papers_of(town: Town, story: Story, last: date) -> Iterator[PaperFiled]:
    """The certificates of a town whose last day is ``last``; the story's lot has two."""
    yield PaperFiled(
        uscc=story.maker_uscc,
        kind=CertificateKind.FACTORY,
        number=f"CJ-{story.lot}",
        issuer="",
        issued_on=last - timedelta(days=44),
        gtin=story.gtin,
        lot=story.lot,
    )
    yield PaperFiled(
        uscc=story.maker_uscc,
        kind=CertificateKind.THIRD,
        number=f"WT{last:%Y}-0815",
        issuer=_LABORATORY,
        issued_on=last - timedelta(days=40),
        gtin=story.gtin,
        lot=story.lot,
    )
    ends = (30, 320, 200, 410, -12, 90)
    for place, good in enumerate(town.goods[1 : _TESTED + 1]):
        yield PaperFiled(
            uscc=good.maker.uscc,
            kind=CertificateKind.THIRD,
            number=f"XS{last:%Y}-{place + 1:04d}",
            issuer=_LABORATORY,
            issued_on=last - timedelta(days=330),
            valid_to=last + timedelta(days=ends[place]),
            gtin=good.gtin,
        )
    yield from _licences(town, story, last)


def _licences(town: Town, story: Story, last: date) -> Iterator[PaperFiled]:
    licensed = [firm for firm in town.firms if firm.registration.licences]
    chosen = licensed[:_WALLS] + [
        firm for firm in licensed[_WALLS:] if firm.uscc in (story.shop_uscc, story.maker_uscc)
    ]
    for firm in chosen:
        licence = firm.registration.licences[0]
        is_shop = firm.uscc == story.shop_uscc
        yield PaperFiled(
            uscc=firm.uscc,
            kind=CertificateKind.LICENCE,
            number=licence.number,
            issuer="",
            issued_on=licence.valid_from,
            valid_to=last + timedelta(days=6) if is_shop else licence.valid_to,
        )
