"""Static tiers I to IV of who has not been inspected yet."""

from __future__ import annotations

from collections.abc import Container, Iterable

from app.credit.grading.terms import Grade, Tier

NEW_GRADES = {Tier.I: Grade.A, Tier.II: Grade.B, Tier.III: Grade.C, Tier.IV: Grade.D}
"""What a new operator begins with."""
LOW, LOWER, MEDIUM = 15_000, 20_000, 25_000  # thousandths of a point of a producer's table
_SCOPES: tuple[tuple[Tier, tuple[str, ...]], ...] = (
    (
        Tier.IV,
        ("保健食品", "特殊医学用途", "婴幼儿", "中央厨房", "集体用餐配送", "学校食堂", "养老"),
    ),
    (Tier.III, ("冷藏冷冻", "热食", "冷食", "生食", "糕点", "裱花", "自酿", "食堂")),
    (Tier.II, ("散装",)),
    (Tier.I, ("预包装", "自制饮品", "其他类食品制售")),
)
"""Words of a licence's scope, the riskiest first; the first tier with a word in the scope holds."""


def tier_of_points(thousandths: int) -> Tier:
    """The tier a producer's static points belong to: to 15 I, to 20 II, to 25 III, above IV."""
    if thousandths <= LOW:
        return Tier.I
    if thousandths <= LOWER:
        return Tier.II
    return Tier.III if thousandths <= MEDIUM else Tier.IV


def tier_of_scope(words: Iterable[str]) -> Tier | None:
    """The highest tier the words of a licence's scope speak of; None where they say nothing."""
    said = " ".join(words)
    return next((tier for tier, known in _SCOPES if any(it in said for it in known)), None)


def category_of_licence(number: str) -> str:
    """The main category a production licence's number names; empty when it names none.

    ``SC`` + 1 + 01…31 is food, ``SC`` + 2 + 01…03 an additive (3201 single … 3203 compound).
    """
    if len(number) != 16 or not number.startswith("SC") or not number[2:].isdecimal():
        return ""
    kind, code = number[2], number[3:5]
    if kind == "1" and 1 <= int(code) <= 31:
        return code
    return f"32{code}" if kind == "2" and code in ("01", "02", "03") else ""


def tier_of_sales(has: Container[str]) -> Tier:
    """A seller's tier by which of its table's lines hold anything."""
    if any(
        code in has for code in ("prepack_chilled", "prepack_frozen", "bulk_chilled", "bulk_frozen")
    ):
        return Tier.III
    if any(code in has for code in ("bulk_ambient", "bulk", "agri", "making")):
        return Tier.II
    return Tier.I


def tier_of_catering(has: Container[str]) -> Tier:
    """A caterer's tier by which of its table's lines hold anything.

    ``large`` stands for a canteen of more than 500 diners.
    """
    if any(code in has for code in ("meals", "outlets", "large")):
        return Tier.IV
    if any(
        code in has for code in ("raw", "cold_perishable", "pastry_perishable", "hot_perishable")
    ):
        return Tier.III
    return Tier.II if any(code in has for code in ("cold", "pastry", "hot")) else Tier.I
