"""The words of food grading: grades, trades, what a year's form says, what a run says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Grade(StrEnum):
    """Food risk: A is least, D is most."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Tier(StrEnum):
    """Static risk of what is made or sold, I to IV."""

    I = "I"  # noqa: E741 - so the tiers are called
    II = "II"
    III = "III"
    IV = "IV"


class Basis(StrEnum):
    """What a grade rests on."""

    POINTS = "points"
    TIER = "tier"
    UNFILLED = "unfilled"
    LIST = "list"
    CONFIRMED = "confirmed"


BASIS_TEXTS: dict[Basis, tuple[str, str]] = {
    Basis.POINTS: ("按静态与动态风险因素计分", "reckoned from static and dynamic points"),
    Basis.TIER: ("新办经营者，按静态风险定级", "a new operator: by its static tier alone"),
    Basis.UNFILLED: (
        "静态风险因素表尚未填写，暂按许可范围定级",
        "static table not filled in yet: by the scope of its licence for the time being",
    ),
    Basis.LIST: ("列入严重违法失信名单，直接定为D级", "on the seriously unlawful list: D at once"),
    Basis.CONFIRMED: ("上年度确定的本年度等级", "as last year's confirmation set for this year"),
}
"""What is said of a grade's basis, in Chinese and in English."""


class Trade(StrEnum):
    """What an operator is graded for; each has a scheme of its own."""

    PRODUCTION = "production"
    SPECIAL = "special"
    HEALTH = "health"
    SALES = "sales"
    CATERING = "catering"


TRADE_TEXTS: dict[Trade, tuple[str, str]] = {
    Trade.PRODUCTION: ("食品生产", "food production"),
    Trade.SPECIAL: ("特殊食品生产", "production of special food"),
    Trade.HEALTH: ("保健食品生产", "production of health food"),
    Trade.SALES: ("食品销售", "food sales"),
    Trade.CATERING: ("餐饮服务", "catering"),
}


class BookItem(StrEnum):
    """What the ledger checks by itself."""

    LICENCE = "licence"
    ANSWERS = "answers"
    PUNCTUAL = "punctual"
    STOPS = "stops"


BOOK_TEXTS: dict[BookItem, tuple[str, str]] = {
    BookItem.LICENCE: ("许可、备案在有效期内", "licence or filing in force"),
    BookItem.ANSWERS: ("及时登记收到的货", "deliveries are answered"),
    BookItem.PUNCTUAL: ("台账及时上传", "the book is written in time"),
    BookItem.STOPS: ("停售批次已处置", "stopped lots are dealt with"),
}


class Suggestion(StrEnum):
    """Where a form suggests the grade goes."""

    UP = "up"
    SAME = "same"
    DOWN = "down"


SUGGESTION_TEXTS: dict[Suggestion, tuple[str, str]] = {
    Suggestion.UP: ("上调（风险升高）", "up: more risk"),
    Suggestion.SAME: ("不变", "the same"),
    Suggestion.DOWN: ("下调（风险降低）", "down: less risk"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjusted:
    """What a year makes of a grade; ``steps`` before the ends of the scale are reached."""

    was: Grade
    next: Grade
    suggestion: Suggestion
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """How many inspections a grade brings in ``years`` years; ``most`` 0 = no upper figure."""

    least: int
    most: int = 0
    years: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One record, or one finding of the ledger, behind a flag or a ground."""

    source: str
    on: date
    about: str = ""
    record_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A flag (1 to 7) or a ground (a to d) that holds, with what it rests on."""

    code: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeCity:
    """Grade every food operator, or those named, as of a day."""

    as_of: date
    subjects: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodRun:
    """One grading: when, of how many, how they came out, and how many moved."""

    id: int
    as_of: date
    at: datetime
    whole: bool
    operators: int
    tally: dict[str, int]
    changed: int
    unfilled: int
    took_ms: int
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodGrade:
    """The grade an operator has. Points are thousandths, -1 where none were reckoned."""

    subject_id: int
    as_of: date
    run_id: int
    score_run: int
    grade: Grade
    reckoned: Grade
    basis: Basis
    trade: Trade
    trades: tuple[Trade, ...]
    tier: Tier | None
    category: str
    scheme: str
    book: dict[str, int]
    static: int
    dynamic: int
    total: int
    since: date
    last_inspected: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChange:
    """One row of an operator's history."""

    run_id: int
    as_of: date
    was: Grade | None
    now: Grade
    basis: Basis
    static: int
    dynamic: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProfile:
    """An inspector fills in the static factors of an operator's trade; texts by field name."""

    subject_id: int
    trade: Trade
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FillForm:
    """An inspector fills the year's form: flags and grounds as found or amended, with a remark."""

    subject_id: int
    year: int
    flags: tuple[int, ...] = ()
    grounds: tuple[str, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewForm:
    """Another person confirms a form or sends it back with a note."""

    subject_id: int
    year: int
    number: int
    confirm: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearForm:
    """食品生产经营者风险等级确定表 of one year; ``number`` counts the fillings of the year."""

    subject_id: int
    year: int
    number: int
    was: Grade | None
    static: int
    dynamic: int
    total: int
    grade: Grade
    flags: tuple[Said, ...]
    grounds: tuple[Said, ...]
    serious: bool
    suggestion: Suggestion
    next: Grade
    remark: str = ""
    filled_by: str = ""
    filled_at: datetime | None = None
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    returned_note: str = ""

    @property
    def is_confirmed(self) -> bool:
        """Whether another person has confirmed it."""
        return self.confirmed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradesAsked:
    """Which grades a list is asked for; what is left empty does not narrow it."""

    grade: Grade | None = None
    division: str = ""
    trade: Trade | None = None
    category: str = ""
    after: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeListed:
    """One line of a list of grades."""

    subject_id: int
    uscc: str
    name: str
    division: str
    grade: Grade
    basis: Basis
    trade: Trade
    category: str
    static: int
    dynamic: int
    total: int
    as_of: date
    last_inspected: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradesPage:
    """A page of a list of grades; ``next`` is empty on the last one."""

    items: tuple[GradeListed, ...] = ()
    next: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the desk shows: the last runs, and how many have which grade in which district."""

    runs: tuple[FoodRun, ...] = ()
    by_division: dict[str, dict[str, int]] = field(default_factory=dict)
    waiting: int = 0
    """Forms filled in this year that nobody has confirmed yet."""
