"""What a dossier says of each point, case by case."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.food.dossiers import rules
from app.food.dossiers.terms import Arrival, Point, Proven, Shown
from ledger.kernel.moment import parse_moment
from ledger.products.terms import Hold
from ledger.proof.terms import ProofState

AT = parse_moment("2026-08-15T09:00:00+08:00")
KNOWN = SimpleNamespace(registered=True, contact="", phone="", address="")
FOUND = SimpleNamespace(registered=False, contact="138", phone="", address="")
NOBODY = SimpleNamespace(registered=False, contact="", phone="", address="")


def arrival(supplier=KNOWN, *, lacks=False, flags=()):
    line = SimpleNamespace(at=AT, flags=flags)
    return Arrival(line=line, supplier=supplier, licence=None, lacks_licence=lacks)


def hold(hours):
    at = AT.start + timedelta(hours=hours)
    return Hold(lot_id=1, reason="x", basis="", account_id=None, held_at=at)


SEALED = Proven(reference="E1", state=ProofState.SEALED, index=1, leaf="00")
FILED = Proven(reference="E2", state=ProofState.FILED)


@pytest.mark.parametrize(
    ("point", "arrivals", "more", "shown"),
    [
        (Point.SOURCE_STATED, [arrival()], {}, Shown.YES),
        (Point.SOURCE_STATED, [arrival(FOUND)], {}, Shown.YES),
        (Point.SOURCE_STATED, [arrival(NOBODY)], {}, Shown.NO),
        (Point.SOURCE_STATED, [arrival(None)], {}, Shown.NO),
        (Point.SOURCE_STATED, [arrival(), arrival(NOBODY)], {}, Shown.PARTLY),
        (Point.SUPPLIER_LICENSED, [arrival(lacks=True)], {}, Shown.NO),
        (Point.SUPPLIER_LICENSED, [arrival(), arrival(lacks=True)], {}, Shown.PARTLY),
        (Point.CERTIFICATE_HELD, [arrival()], {"proven": True, "papers": 1}, Shown.YES),
        (Point.CERTIFICATE_HELD, [arrival()], {"papers": 1}, Shown.PARTLY),
        (Point.CERTIFICATE_HELD, [arrival()], {}, Shown.NO),
        (Point.RECORDED_IN_TIME, [arrival(flags=("late",))], {}, Shown.NO),
        (Point.BOUGHT_BEFORE_STOP, [arrival()], {}, Shown.YES),
        (Point.BOUGHT_BEFORE_STOP, [arrival()], {"hold": hold(1)}, Shown.YES),
        (Point.BOUGHT_BEFORE_STOP, [arrival()], {"hold": hold(-1)}, Shown.NO),
        (Point.UNCHANGED, [arrival()], {"proofs": [SEALED]}, Shown.YES),
        (Point.UNCHANGED, [arrival()], {"proofs": [SEALED, FILED]}, Shown.WAITING),
    ],
)
def test_points(point, arrivals, more, shown):
    asked = {"proven": False, "papers": 0, "hold": None, "proofs": [], **more}
    assert dict(rules.points(arrivals, **asked))[point] is shown
