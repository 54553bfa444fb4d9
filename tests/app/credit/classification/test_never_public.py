"""No answer to the public, nor to the enterprise itself, ever carries its credit-risk class.

The scheme is loaded with class codes that stand nowhere else, and everything that can be asked for
is asked for: every address the program has, with this enterprise in the place of whatever the
address names.
"""

from __future__ import annotations

import re
from datetime import date

from support.accounts import person, signed_in
from support.records import FIRM

from app.credit.classification import queries, services
from app.credit.classification.module import MODULE
from app.credit.scoring.services import load_scheme
from app.credit.scoring.terms import LoadScheme
from ledger.kernel.actor import Role

MARK = "ZQX"
ASKED = f"?uscc={FIRM}&query={FIRM}&q={FIRM}&code=credit_risk&text={FIRM}&operator={FIRM}"
BY_NAME = {"code": "credit_risk", "version": "2022", "language": "zh", "uscc": FIRM}
NOT_ASKED = {"static", "accounts.sign_out"}


def marked():
    said = MODULE.extras["schemes"][0].read_text("utf-8")
    named = re.compile(r'^(code|at|at_least|class) = "([ABCD])"$', re.MULTILINE)
    return named.sub(rf'\1 = "{MARK}\2"', said)


def addresses(app, firm):
    """Every address of the program that can be read, about this firm."""
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in NOT_ASKED:
            continue
        kinds = {name: type(it).__name__ for name, it in rule._converters.items()}
        values = {
            name: firm if kind == "IntegerConverter" else BY_NAME.get(name, FIRM)
            for name, kind in kinds.items()
        }
        built = rule.build(values, append_unknown=False)
        if built is not None:
            yield built[1]


def test_no_answer_to_outsiders_carries_the_class(uow, firm, app, client):
    load_scheme(uow, LoadScheme(text=marked()))
    services.classify(uow, date(2026, 8, 1))
    assert queries.class_of(uow, firm).score.adjusted_class == f"{MARK}A"
    person(uow, "dianzhu", Role.OPERATOR, firm)
    person(uow, "zhifa", Role.INSPECTOR)
    inside = signed_in(app, "zhifa").get("/classes").get_data(as_text=True)
    assert MARK in inside  # what is looked for can be found
    app.config["PROPAGATE_EXCEPTIONS"] = False
    asked = [address + ASKED for address in addresses(app, firm)]
    assert len(asked) > 150
    told = [
        address
        for browser in (client, signed_in(app, "dianzhu"))
        for address in asked
        if MARK.encode() in browser.get(address).data
    ]
    assert told == []
