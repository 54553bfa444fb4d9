"""Lines as sheets give them, mostly plain and now and then wrong in each way there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from ledger.entries.terms import EntryKind, Line, Portion
from ledger.kernel.moment import UNKNOWN, parse_moment
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party
from support.named import a_gtin, a_uscc, an_sc

KINDS = (EntryKind.RECEIPT, EntryKind.DISPATCH, EntryKind.PRODUCTION, EntryKind.DISPOSAL)


def lots() -> list[LotNamed]:
    """Lots that are known, new, held, expired, made too late, named otherwise, without a number."""
    made, ends = parse_moment("2026-05-01"), parse_moment("2028-05-01")
    found = []
    for number in (1, 2, 3):
        gtin = a_gtin(number)
        found += [
            LotNamed(gtin=gtin, lot=lot, name=f"牛奶{number}", produced_on=made)
            for lot in ("L1", "L2", "l 2", "HELD")
        ]
        found.append(LotNamed(gtin=gtin, lot="L3", expires_on=ends, spec="1L", name='奶"\\'))
        found.append(LotNamed(gtin=gtin, produced_on=parse_moment("2026-06")))
        found.append(LotNamed(gtin=gtin, lot="OLD", expires_on=parse_moment("2026-08-01")))
        found.append(LotNamed(gtin=gtin, lot="NEW", produced_on=parse_moment("2026-08-14")))
        found.append(LotNamed(gtin=gtin, lot="L1", produced_on=parse_moment("2026-05-02")))
    found.append(LotNamed(gtin=a_gtin(4), lot="V1", category="蔬菜", shelf_life="12个月"))
    found.append(LotNamed(gtin=a_gtin(1, 1), lot="L1", name="整箱"))
    found.append(LotNamed(gtin="2100001000004", lot="S1", name="店内码"))
    return found


WRONG_LOTS = (
    LotNamed(gtin="6901234567890", lot="L1"),
    LotNamed(gtin=a_gtin(1), lot="L9", shelf_life="看包装"),
    LotNamed(gtin=a_gtin(1), lot="X" * 60),
)
NOT_PLAIN = (
    LotNamed(product="青菜", lot="F1"),
    LotNamed(gtin=a_gtin(5)),
    LotNamed(),
)
PARTIES = (
    Party(uscc=a_uscc(2)),
    Party(uscc=a_uscc(3), name="农场"),
    Party(uscc=a_uscc(4)),
    Party(name="老王", contact="13800000000", address="路"),
    Party(name="老李", licence="SC10535020300019"),
    Party(name="老张", licence=an_sc(7)),
)
CONSUMERS = Party(consumers=True)
WRONG_PARTIES = (Party(uscc=a_uscc(77)), Party(uscc="123"))
AMOUNTS = (("12", "袋"), ("12", "EA"), ("3", "箱"), ("1.5", "kg"), ("7", "KGM"), ("900", "箱"))
WRONG_AMOUNTS = (("0", "袋"), ("十", "袋"), ("", "袋"), ("1", " "), ("99999999999999999", "箱"))
MOMENTS = tuple(
    map(
        parse_moment,
        ("2026-08-15", "2026-08-14", "2026-08", "2026-08-15T09:00:00+08:00", "2026-08-13", "2026"),
    )
)
WRONG_MOMENTS = (parse_moment("2026-08-20"), UNKNOWN, parse_moment("2025-01-01"))
TEXTS = {
    "document": ("", "D-1", "D-2", "Ｄ－１", "a\tb\\"),
    "certificate": ("", "C-1", " "),
    "origin": ("", "福建"),
    "override_reason": ("", "主管同意"),
    "storage": ("", "冷藏"),
    "reason": ("", "过期"),
    "note": ("", 'he said "no"\\', "两\n行"),
}


def mostly(usual: Sequence[Any], rare: Sequence[Any], chance: int) -> st.SearchStrategy[Any]:
    """One of the usual values, seldom a rare one."""
    return st.integers(0, chance).flatmap(lambda it: st.sampled_from(rare if it == 7 else usual))


LOTS = lots()


def a_line(wild: int) -> st.SearchStrategy[Line]:
    """A line as a sheet gives it; the smaller ``wild``, the more often something is wrong."""

    def built(parts: tuple[Any, ...]) -> Line:
        kind, partner, consumers, lot, amount, at, is_return, texts = parts
        trades = kind in KINDS[:2]
        partner = CONSUMERS if consumers and kind is EntryKind.DISPATCH else partner
        return Line(
            kind=kind,
            partner=partner if trades else None,
            is_return=is_return and trades,
            portions=(Portion(lot=lot, quantity=amount[0], unit=amount[1]),),
            at=at,
            **dict(zip(TEXTS, texts, strict=True)),
        )

    return st.tuples(
        st.sampled_from(KINDS),
        mostly(PARTIES, WRONG_PARTIES, wild),
        st.integers(0, 9).map(lambda it: it == 3),
        mostly(LOTS, WRONG_LOTS, wild),
        mostly(AMOUNTS, WRONG_AMOUNTS, wild),
        mostly(MOMENTS, WRONG_MOMENTS, wild),
        st.integers(0, 6).map(lambda it: it == 3),
        st.tuples(*(st.sampled_from(said) for said in TEXTS.values())),
    ).map(built)
