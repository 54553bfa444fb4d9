"""What agencies know about the town's firms: a pure function of the firms and the last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from app.town.rules.brokers import broker_records
from app.town.rules.conduct import seldom, shown
from app.town.rules.gathering import Gathered, Organs
from app.town.rules.words import words
from app.town.terms import Firm, RecordsSent

_SALES = ("wholesaler", "market", "shop")
_MEALS = ("kitchen", "school")
_TRADE = {"factory": "production", **dict.fromkeys(_SALES, "sales")}
_TRADE |= dict.fromkeys(_MEALS, "catering")
# What an inspection weighs, by group, as the dynamic tables of the trades name the groups.
GROUPS = {
    "sales": "qualification=4,general=3,prohibited=8,premises=4,process=5,purchase=8,storage=5,"
    "recall=3,temperature=5,expired=6,label=3,selfcheck=2,staff=2",
    "catering": "qualification=4,staff=6,materials=12,processing=14,additives=5,facilities=8,"
    "washing=8,accident=3",
    "production": "qualification=4,environment=6,purchase=8,process=12,testing=8,storage=4,"
    "nonconforming=5,label=3,selfcheck=2,staff=3,records=4,accident=1",
}


def records_of(
    firms: Sequence[Firm], last: date, organs: Organs, *, seed: int = 5
) -> tuple[RecordsSent, ...]:
    """All that agencies send about the town's firms up to its last day, in batches of one item."""
    random = Random(seed)  # noqa: S311 - a sample must be repeatable, not secret
    book = Gathered(last, random, organs)
    for firm in firms:
        _everyday(book, firm)
        if firm.part in _TRADE:
            _licensed(book, firm)
            _profile(book, firm)
            _inspected(book, firm)
    for number, firm in enumerate(firms):
        seldom(book, firm, number)
    shown(book, next(firm for firm in firms if firm.part == "shop"))
    broker_records(book)
    return book.sent()


def _everyday(book: Gathered, firm: Firm) -> None:
    """What is on file of every firm: its registration, last year's report, its tax grade."""
    random, year = book.random, book.last.year - 1
    person = random.choice(words("surname")) + random.choice(words("given"))
    book.add(
        "samr",
        "registration.basic",
        firm,
        number=f"设立-{firm.uscc[-8:]}",
        legal_person=person,
        subject_type="个体工商户" if firm.part in ("shop", "kitchen") else "有限责任公司",
        registered_on=book.days_ago(900, 3_000),
        address=firm.registration.address,
        registration_state="active",
        **book.organ("samr"),
    )
    late = random.random() < 0.04
    book.add(
        "samr",
        "annual_report",
        firm,
        year=year,
        report_state="late" if late else "published",
        happened_on=date(year + 1, 8 if late else 5, random.randint(1, 28))
        if book.last > date(year + 1, 9, 1)
        else book.days_ago(1, 30),
        **book.organ("samr"),
    )
    if firm.part not in ("shop", "kitchen"):
        grade = random.choices("ABMCD", (30, 50, 12, 6, 2))[0]
        book.add(
            "tax",
            "tax.grade",
            firm,
            year=year,
            tax_grade=grade,
            decided_on=book.days_ago(30, 200),
            **book.organ("tax"),
        )


def _licensed(book: Gathered, firm: Firm) -> None:
    """The decision on each licence in force, as it is published within seven working days."""
    for licence in firm.registration.licences:
        decided = licence.valid_from or book.days_ago(100, 900)
        book.add(
            "samr",
            "licence.decision",
            firm,
            document_name="准予行政许可决定书",
            document_no=f"厦食许〔{decided.year}〕{licence.number[-8:]}号",
            licence_kind="general",
            certificate_name="食品生产许可证" if firm.part == "factory" else "食品经营许可证",
            certificate_no=licence.number,
            content="准予许可",
            decided_on=decided,
            valid_from=decided,
            valid_to=licence.valid_to,
            licence_state="valid",
            **book.source("samr"),
        )


def _profile(book: Gathered, firm: Firm) -> None:
    """The static risk factors that the district's inspectors wrote down at the door."""
    random, trade = book.random, _TRADE[firm.part]
    said: dict[str, object] = {}
    if trade == "production":
        said = {"food_category": firm.registration.licences[0].number[3:5]}
    elif trade == "catering":
        said = {"hot": random.randint(8, 120), "cold": random.randint(0, 30)}
        said |= {"drinks": random.randint(0, 12), "pastry": random.randint(0, 10)}
        said["area"] = random.randint(30, 1_200)
        if firm.part == "school":
            said["diners"] = random.randint(180, 2_600)
    else:
        large = firm.part != "shop"
        said = {"area": random.randint(20, 260) * (8 if large else 1)}
        said |= {"prepack_ambient": random.randint(60, 900), "bulk_ambient": random.randint(0, 40)}
        said |= {"prepack_chilled": random.randint(0, 90), "suppliers": random.randint(3, 60)}
        said["mode"] = "wholesale" if firm.part == "wholesaler" else "retail"
    book.add(
        "samr",
        f"food.profile.{trade}",
        firm,
        profile_no=f"JT-{firm.uscc[-9:]}",
        filled_on=book.days_ago(40, 700),
        **said,
    )


def _inspected(book: Gathered, firm: Firm) -> None:
    """One or two inspections of the last eighteen months; most find little."""
    random, trade = book.random, _TRADE[firm.part]
    for visit in range(random.choice((1, 1, 2))):
        day = book.days_ago(2, 330) if visit == 0 else book.days_ago(340, 540)
        harsh = random.random()
        shares, failed = shares_of(GROUPS[trade], harsh, random)
        book.add(
            "samr",
            "inspection.food",
            firm,
            inspection_no=f"JC-{day:%y%m%d}-{firm.uscc[-6:]}-{visit}",
            trade=trade,
            kind=random.choices(("daily", "flight", "system"), (90, 8, 2))[0],
            full="yes",
            shares=shares,
            result="failed" if failed > 20 else "corrected" if failed > 6 else "ok",
            happened_on=day,
            inspectors="、".join(random.sample(words("surname"), 2)),
            **book.organ("samr"),
        )


def shares_of(groups: str, harsh: float, random: Random) -> tuple[str, int]:
    """Failed over applicable weight a group, and how much failed in all."""
    parts, total = [], 0
    chance = 0.75 if harsh > 0.96 else 0.3 if harsh > 0.8 else 0.08
    for each in groups.split(","):
        code, weight = each.split("=")
        failed = random.randint(1, int(weight)) if random.random() < chance else 0
        parts.append(f"{code}={failed}/{weight}")
        total += failed
    return ",".join(parts), total
