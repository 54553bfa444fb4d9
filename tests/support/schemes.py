"""Small schemes for tests, and sources that serve whatever they are asked for."""

from __future__ import annotations

from app.credit.scoring.rules.reading import read_scheme
from app.credit.scoring.terms import (
    FactColumn,
    FactRow,
    FactSource,
    Objects,
    ObjectSet,
    ObjectSource,
)

FACTS = {
    "made": FactSource(
        name="made",
        gather=lambda uow, facts, objects, as_of: [FactColumn.nothing(f.name) for f in facts],
        optional=frozenset({"of"}),
    )
}
OBJECTS = {
    "made": ObjectSource(
        name="made", gather=lambda uow, scheme, kind, as_of: Objects.of_subjects((), kind.name)
    )
}

BROKERS = """
[scheme]
code = "brokers"
version = "1"
title = { zh = "经纪", en = "Brokers" }
trade = "brokers"
valid_from = 2020-01-01
source = "rules 11"
mark = "D"
public = true
higher = "better"
start = 60
most = 100
sign = true
[[objects]]
kind = "agency"
from = "made"
[[objects]]
kind = "shop"
from = "made"
parent_kind = "agency"
[facts.honours]
from = "made"
[facts.complaints]
from = "made"
title = { zh = "投诉成立", en = "Complaints upheld" }
[[part]]
code = "plus"
title = { zh = "加分", en = "Added" }
most = 40
clause = "11"
mark = "D"
[[part]]
code = "minus"
title = { zh = "扣分", en = "Taken" }
most = 0
least = -60
clause = "11"
mark = "D"
[[indicator]]
code = "honours"
part = "plus"
title = { zh = "荣誉", en = "Honours" }
fact = "honours"
how = "each"
times = 1
cap = 40
clause = "11"
mark = "D"
[[indicator]]
code = "complaints"
part = "minus"
title = { zh = "投诉成立", en = "Complaints upheld" }
fact = "complaints"
how = "each"
points = -2
cap = 60
clause = "11"
mark = "D"
[[inherit]]
kind = "shop"
take = "least"
clause = "11"
mark = "D"
[[class]]
code = "5"
title = "★5"
at_least = 90
[[class]]
code = "4"
title = "★4"
at_least = 80
[[class]]
code = "3"
title = "★3"
at_least = 70
[[class]]
code = "2"
title = "★2"
at_least = 60
[[class]]
code = "1"
title = "★1"
"""

GRADES = """
[scheme]
code = "grades"
version = "1"
title = { zh = "分级", en = "Grades" }
trade = "made"
valid_from = 2020-01-01
source = "rules 4"
mark = "K+"
public = true
higher = "riskier"
most = 100
[[objects]]
kind = "subject"
from = "made"
[facts.area]
from = "made"
[facts.form]
from = "made"
[facts.diners]
from = "made"
[facts.shares]
from = "made"
[facts.book]
from = "made"
[facts.fines]
from = "made"
[facts.failed]
from = "made"
[facts.accident]
from = "made"
[facts.clean]
from = "made"
[facts.serious]
from = "made"
[facts.tier]
from = "made"
[[part]]
code = "static"
title = "静态"
most = 25
clause = "static table"
mark = "V"
[[part]]
code = "dynamic"
title = "动态"
most = 75
capped = true
clause = "dynamic table"
mark = "D"
[[indicator]]
code = "area"
part = "static"
title = "面积"
fact = "area"
how = "bands"
whole = true
either = "size"
bands = [
    { to = 200, points = 1 },
    { from = 201, to = 1000, points = 2.5 },
    { points = 10 },
]
clause = "4.2"
mark = "V"
[[indicator]]
code = "diners"
part = "static"
title = "人数"
fact = "diners"
how = "bands"
take = "most"
either = "size"
bands = [{ below = 50, points = 2 }, { points = 9.5 }]
clause = "4.2"
mark = "V"
[[indicator]]
code = "form"
part = "static"
title = "业态"
fact = "form"
how = "table"
take = "most"
table = { canteen = 15, stall = 3.5 }
else = 1
missing = 5
clause = "4.2"
mark = "D"
[[indicator]]
code = "shares"
part = "dynamic"
title = "检查"
facts = ["shares", "book"]
how = "shares"
groups = [
    { code = "staff", title = "人员", points = 6 },
    { code = "raw", title = "原料", points = 12 },
    { code = "clean", title = "清洗", points = 42 },
]
missing = 30
clause = "order 49, article 18"
mark = "D"
[[indicator]]
code = "fines"
part = "dynamic"
title = "处罚"
fact = "fines"
how = "each"
table = { warning = 2, fine = 5 }
cap = 20
clause = "general model"
mark = "D"
[[indicator]]
code = "repeated"
part = "dynamic"
title = "屡罚"
fact = "fines"
how = "bands"
take = "count"
bands = [{ below = 3, points = 0 }, { points = 6 }]
clause = "general model"
mark = "D"
[[class]]
code = "A"
title = "A"
up_to = 30
[[class]]
code = "B"
title = "B"
up_to = 45
[[class]]
code = "C"
title = "C"
up_to = 60
[[class]]
code = "D"
title = "D"
[adjusting]
several = 2
clause = "4.5"
mark = "D"
[[adjust]]
code = "failed"
direction = "worse"
when = "failed"
title = "抽检不合格"
clause = "4.5"
mark = "V"
[[adjust]]
code = "accident"
direction = "worse"
steps = 2
when = "accident"
title = "事故"
clause = "4.5"
mark = "V"
[[adjust]]
code = "clean"
direction = "better"
when = "clean"
unless = "fines"
title = "三年无违法"
clause = "4.5"
mark = "V"
[[override]]
when = "tier"
classes = { I = "A", II = "B", III = "C", IV = "D" }
first = true
title = "新办"
clause = "new operators"
mark = "D"
[[override]]
when = "serious"
at = "D"
title = "严重违法失信名单"
clause = "4.5"
mark = "V"
[[consequence]]
class = "A"
visits_min = 1
clause = "visits"
mark = "V"
"""


def read(text):
    """A scheme of a test, whose source serves everything."""
    return read_scheme(text, FACTS, OBJECTS)


def columns(scheme, objects, known, words=()):
    """A set of objects with facts ``{name: [(object, FactRow), …]}``; ``words`` are texts."""
    return ObjectSet(
        objects=objects,
        facts={name: FactColumn.of(name, rows, text=name in words) for name, rows in known.items()},
    )


def row(value=0, text="", on=0, until=0, evidence=0):
    """A row of a fact; ``value`` in whole points or thousandths where it is given as such."""
    return FactRow(value=value, text=text, on=on, until=until, evidence=evidence)
