"""Which cell of a row a refusal is about."""

from __future__ import annotations

from collections.abc import Mapping

_STANDS_FOR: dict[str, tuple[str, ...]] = {
    "product": ("name",),
    "gtin": ("name",),
    "lot": ("produced_on", "name"),
    "produced_on": ("lot",),
    "expires_on": ("shelf_life",),
    "shelf_life": ("expires_on",),
    "portions": ("name",),
    "unit": ("quantity",),
    "partner": ("partner_name", "partner_uscc"),
    "supplier": ("partner_name",),
    "receiver": ("partner_name",),
    "line": ("document_line",),
}


def cell_of(cells: Mapping[str, str], field: str) -> str:
    """The cell a refusal's field stands in: ``partner.uscc`` is the cell of ``partner_uscc``.

    Empty where the sheet has no such column.
    """
    parts = [part for part in field.split(".") if not part.isdecimal()]
    last = parts[-1] if parts else ""
    names = [field, "_".join(parts[-2:]), last]
    if parts and parts[0] in ("partner", "from", "to"):
        names = [f"partner_{last}", "partner_name", "partner_uscc"]
    names += _STANDS_FOR.get(last, ())
    return next((cells[name] for name in names if name in cells), "")
