"""References: what is sealed cannot be guessed, and is good in its own house only."""

from __future__ import annotations

import pytest

from ledger.kernel import ids

KEY = "a-key-for-tests-only"


@pytest.mark.parametrize("number", [0, 1, 77, 2**31 - 1])
def test_a_sealed_reference_leads_back(number):
    lot, shop = ids.trace_reference(number, KEY), ids.shop_reference(number, KEY)
    assert (len(lot), lot[0], len(shop), shop[0]) == (24, "T", 24, "S")
    assert ids.parse_trace_reference(f" {lot.lower()} ", KEY) == number
    assert ids.parse_shop_reference(shop, KEY) == number


def test_nobody_counts_on_from_a_reference():
    mine = ids.trace_reference(7, KEY)
    guesses = [
        mine[:7] + ids.encode(8, 1) + mine[8:],
        mine[:-1] + ("0" if mine[-1] != "0" else "1"),
        ids.trace_reference(7, "another house's key"),
        "T" + ids.shop_reference(7, KEY)[1:],
        "T" + ids.encode(7, 22) + "7",
        "T" + "Z" * 23,
        "",
        mine + "0",
        "I" * 24,
    ]
    for guess in guesses:
        with pytest.raises(ids.UnknownReference):
            ids.parse_trace_reference(guess, KEY)
    with pytest.raises(ids.UnknownReference):
        ids.parse_trace_reference(ids.trace_reference(7, ""), "")
