"""A filing as it is sent, for the API's document; the contract tests send it."""

from __future__ import annotations

FILING = {
    "filing_key": "GR-2026-0815-001",
    "mode": "all",
    "entries": [
        {
            "kind": "production",
            "lot": {"gtin": "06901234567892", "lot": "L240501", "produced_on": "2026-05-01"},
            "name": "绿野大米",
            "quantity": "1200",
            "unit": "EA",
            "at": "2026-05-01",
        },
        {
            "kind": "receipt",
            "from": {"name": "绿野合作社", "contact": "13900000000"},
            "lot": {"product": "青菜", "lot": "20260503"},
            "quantity": "80",
            "unit": "KGM",
            "at": "2026-05-03",
        },
    ],
}
