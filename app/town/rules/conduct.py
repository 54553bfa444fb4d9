"""What only some of the town's firms have on file: conduct, good and bad, and their bills."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from app.town.rules.gathering import Gathered
from app.town.terms import Firm

_HONOUR = (
    *("agriculture", "culture", "industry", "civil", "education", "health", "justice"),
    *("transport", "customs", "police", "medical", "editorial"),
)
_VIOLATIONS = (
    ("未按规定查验供货者的许可证和合格证明", "《中华人民共和国食品安全法》第一百二十六条"),
    ("销售超过保质期的食品", "《中华人民共和国食品安全法》第一百二十四条"),
    ("食品标签不符合规定", "《中华人民共和国食品安全法》第一百二十五条"),
    ("从业人员未取得健康证明", "《中华人民共和国食品安全法》第一百二十六条"),
)


def seldom(book: Gathered, firm: Firm, number: int) -> None:
    """What only some firms have: samples, penalties, complaints, honours, lists, bills."""
    random = book.random
    if number % 3 == 0 and firm.part != "school":
        _sampled(book, firm, fails=random.random() < 0.06)
    if number % 14 == 3:
        _penalised(book, firm, book.days_ago(20, 700))
    if number % 10 == 4:
        _complained(book, firm)
    if number % 20 == 6:
        _honoured(book, firm, random.choice(_HONOUR))
    if number % 60 == 11:
        _listed(book, firm)
    if number % 8 == 5:
        _commitment(book, firm)
    if number % 6 == 1:
        _checked(book, firm, random.choice(("fire", "emergency")))
    if number % 9 == 2:
        _bills(book, firm, owes=random.random() < 0.1)


def _sampled(book: Gathered, firm: Firm, *, fails: bool) -> None:
    day = book.days_ago(5, 500)
    book.add(
        "samr",
        "sampling.result",
        firm,
        sample_no=f"CY{day:%Y%m%d}{firm.uscc[-7:]}",
        level=book.random.choice(("provincial", "city", "county")),
        product="预包装食品",
        sampling_result="fail" if fails else "pass",
        failed_items="菌落总数" if fails else None,
        laboratory="厦门市食品药品质量检验研究院",
        happened_on=day,
        food="yes",
        **book.organ("samr"),
    )


def _penalised(book: Gathered, firm: Firm, day: date) -> None:
    """A penalty with its legal basis; a warning alone, or a fine."""
    violation, basis = book.random.choice(_VIOLATIONS)
    fine = book.random.choice((None, "0.2", "0.5", "1", "5"))
    book.add(
        "samr",
        "penalty.decision",
        firm,
        document_no=book.number("penalty", day),
        violation=violation,
        facts=f"经查，当事人{violation}。",
        basis=basis,
        penalty_kinds="warning,fine" if fine else "warning",
        content=f"警告，罚款 {fine} 万元" if fine else "警告",
        fine=fine,
        decided_on=day,
        severity="minor" if fine is None else "general",
        food="yes",
        intentional="no",
        **book.source("samr"),
    )


def _complained(book: Gathered, firm: Firm) -> None:
    day = book.days_ago(3, 400)
    book.add(
        "samr",
        "complaint.upheld",
        firm,
        complaint_no=book.number("complaint", day),
        complaint_kind=book.random.choice(("complaint", "report")),
        upheld=book.random.choice(("yes", "yes", "part", "no")),
        content="食品变质或与标签不符",
        happened_on=day,
        food="yes",
        **book.organ("samr"),
    )


def _honoured(book: Gathered, firm: Firm, agency: str) -> None:
    day = book.days_ago(30, 600)
    book.add(
        agency,
        "honour.award",
        firm,
        title="诚信经营示范单位",
        level=book.random.choice(("city", "county")),
        awarded_by=book.organs[agency][0],
        decided_on=day,
    )


def _listed(book: Gathered, firm: Firm) -> None:
    day = book.days_ago(60, 400)
    book.add(
        "samr",
        "list.abnormal_mark" if firm.uscc.startswith("92") else "list.abnormal",
        firm,
        document_no=book.number("list", day),
        ground="report",
        basis="《企业信息公示暂行条例》第十七条",
        listed_on=day,
        ended_on=day + timedelta(days=40) if book.random.random() < 0.5 else None,
        **book.organ("samr"),
    )


def _commitment(book: Gathered, firm: Firm) -> None:
    book.add(
        "samr",
        "commitment.given",
        firm,
        number=f"CN-{firm.uscc[-9:]}",
        commitment_kind="proactive",
        content="承诺依法诚信经营，不销售来源不明的食品",
        happened_on=book.days_ago(10, 700),
        **book.organ("samr"),
    )


def _checked(book: Gathered, firm: Firm, agency: str) -> None:
    day = book.days_ago(10, 500)
    book.add(
        agency,
        "inspection.safety",
        firm,
        inspection_no=f"AQ-{day:%y%m%d}-{firm.uscc[-6:]}",
        matter="消防与用电安全",
        content="疏散通道畅通，灭火器在有效期内",
        corrected="none",
        happened_on=day,
        **book.organ(agency),
    )


def _bills(book: Gathered, firm: Firm, *, owes: bool) -> None:
    """A month's power, water and social insurance."""
    day = book.last.replace(day=1) - timedelta(days=20)
    paid = "owed" if owes else "on_time"
    said = {"period": f"{day:%Y-%m}", "paid": paid, "happened_on": day}
    account, amount = f"9{firm.uscc[8:14]}", book.random.randint(180, 9_000)
    book.add("power", "utility.power", firm, account=account, amount=amount, **said)
    book.add("water", "utility.water", firm, account=account, amount=amount // 6, **said)
    book.add("social_security", "social.payment", firm, staff=book.random.randint(1, 60), **said)


def shown(book: Gathered, firm: Firm) -> None:
    """The shop of the story: a file in which nearly every part has something to read."""
    _penalised(book, firm, book.days_ago(60, 90))
    _complained(book, firm)
    _honoured(book, firm, "culture")
    _commitment(book, firm)
    _checked(book, firm, "fire")
    _bills(book, firm, owes=False)
    day = book.days_ago(100, 300)
    for agency, item, said in _elsewhere(book, day):
        book.add(agency, item, firm, **said)


def _elsewhere(book: Gathered, day: date) -> Iterable[tuple[str, str, dict[str, object]]]:
    """One record each of agencies that have little to say about food."""
    yield (
        "environment",
        "inspection.environment",
        {
            "inspection_no": f"HJ-{day:%y%m%d}-1",
            "matter": "油烟与污水排放",
            "content": "符合要求",
            "corrected": "none",
            "happened_on": day,
            **book.organ("environment"),
        },
    )
    yield (
        "housing_fund",
        "social.fund",
        {
            "period": f"{day:%Y-%m}",
            "staff": 6,
            "amount": 2_160,
            "paid": "on_time",
            "happened_on": day,
        },
    )
    yield (
        "gas",
        "utility.gas",
        {
            "account": "G-3301",
            "period": f"{day:%Y-%m}",
            "amount": 420,
            "paid": "on_time",
            "happened_on": day,
        },
    )
    yield (
        "court",
        "court.judgment",
        {
            "case_no": f"（{day.year}）闽0203民初1201号",
            "court": "厦门市思明区人民法院",
            "cause": "买卖合同纠纷",
            "role": "claimant",
            "result": "原告诉讼请求获支持",
            "decided_on": day,
        },
    )
