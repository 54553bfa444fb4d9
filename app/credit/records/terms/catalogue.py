"""The words of the catalogue: categories, items, their fields, agencies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum


class Category(IntEnum):
    """The eighteen categories of a credit file."""

    REGISTRATION = 1
    LICENSING = 2
    QUALIFICATION = 3
    INSPECTION = 4
    SAMPLING = 5
    PENALTY = 6
    COERCION = 7
    JUDICIAL = 8
    ABNORMAL_LIST = 9
    UNLAWFUL_LIST = 10
    HONOUR = 11
    COMMITMENT = 12
    CONTRACT = 13
    TAX = 14
    SOCIAL_INSURANCE = 15
    UTILITY = 16
    ANNUAL_REPORT = 17
    COMPLAINT = 18


CATEGORY_TEXTS: dict[Category, tuple[str, str]] = {
    Category.REGISTRATION: ("注册登记", "Registration"),
    Category.LICENSING: ("许可审批", "Licences and approvals"),
    Category.QUALIFICATION: ("资质资格", "Qualifications"),
    Category.INSPECTION: ("监督检查", "Inspections"),
    Category.SAMPLING: ("抽检检测", "Sampling tests"),
    Category.PENALTY: ("行政处罚", "Administrative penalties"),
    Category.COERCION: ("行政强制", "Coercive measures"),
    Category.JUDICIAL: ("司法信息", "Courts"),
    Category.ABNORMAL_LIST: ("经营异常名录", "Abnormal operation list"),
    Category.UNLAWFUL_LIST: ("严重失信名单", "Seriously unlawful list"),
    Category.HONOUR: ("守信红名单与荣誉", "Red lists and honours"),
    Category.COMMITMENT: ("信用承诺及履约", "Commitments and how they were kept"),
    Category.CONTRACT: ("合同履行", "Contracts performed"),
    Category.TAX: ("纳税信息", "Tax"),
    Category.SOCIAL_INSURANCE: ("社保公积金", "Social insurance and housing fund"),
    Category.UTILITY: ("公用事业缴费", "Utility bills"),
    Category.ANNUAL_REPORT: ("年报公示", "Annual reports"),
    Category.COMPLAINT: ("投诉举报与信用评价", "Complaints and appraisals"),
}


class PublicLevel(StrEnum):
    """Who may read an item's records at all: everybody, who is authorised, agencies."""

    OPEN = "open"
    AUTHORISED = "authorised"
    GOVERNMENT = "government"


LEVEL_TEXTS: dict[PublicLevel, tuple[str, str]] = {
    PublicLevel.OPEN: ("公开", "public"),
    PublicLevel.AUTHORISED: ("授权查询", "with authorisation"),
    PublicLevel.GOVERNMENT: ("政务共享", "shared among agencies"),
}


class Publication(StrEnum):
    """How long a record of an item is public; ``rules.publication`` reckons the last day."""

    ALWAYS = "always"
    PENALTY = "penalty"
    LISTING = "listing"
    UNLAWFUL = "unlawful"
    TERM = "term"
    NEGATIVE = "negative"


class Cycle(StrEnum):
    """How often a provider brings an item up to date."""

    AT_ONCE = "at_once"
    SEVEN_WORKING_DAYS = "seven_working_days"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


CYCLE_TEXTS: dict[Cycle, tuple[str, str]] = {
    Cycle.AT_ONCE: ("实时", "at once"),
    Cycle.SEVEN_WORKING_DAYS: ("7个工作日内", "within 7 working days"),
    Cycle.MONTH: ("每月", "every month"),
    Cycle.QUARTER: ("每季度", "every quarter"),
    Cycle.YEAR: ("每年", "every year"),
}


class SubjectForm(StrEnum):
    """What kind of body a USCC belongs to, by its first two characters."""

    FIRM = "firm"  # 91
    SOLE_TRADER = "sole_trader"  # 92
    COOPERATIVE = "cooperative"  # 93
    ORGANISATION = "organisation"  # all others


class FieldType(StrEnum):
    """How a field is read and kept."""

    TEXT = "text"
    DATE = "date"
    MONEY = "money"  # yuan with at most two decimals
    NUMBER = "number"  # a decimal number, not negative
    CODE = "code"  # one of ``codes``
    CODES = "codes"  # several of ``codes``, joined by commas
    USCC = "uscc"
    SHARES = "shares"  # "qualification=0/7,general=3/12": failed and applicable weight a group
    FLAG = "flag"  # yes or no


class FieldRole(StrEnum):
    """What the house itself takes from a field; most fields have none."""

    NONE = ""
    SUBJECT = "subject"  # the subject's USCC: kept as the subject, not as text
    NAME = "name"  # the subject's name as the paper says it
    DATE = "date"  # the day of the decision or event: kept as a day of its own
    BASIS = "basis"  # the legal ground; negative records need one
    UNTIL = "until"  # the last day of a term, where the paper names it
    PUBLIC_UNTIL = "public_until"  # the last day of publication, where its provider says one
    PUBLISHED = "published"  # the day it was published; without it, the decision's own day
    ENDED = "ended"  # the day somebody left a list, was removed, discharged
    SEVERITY = "severity"  # minor, general, serious (from 2026-04-01)
    KINDS = "kinds"  # penalty kinds
    AMOUNT = "amount"  # a fine


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of an item. ``personal`` fields are masked for all but those they are meant for."""

    name: str
    zh: str
    en: str
    type: FieldType = FieldType.TEXT
    role: FieldRole = FieldRole.NONE
    required: bool = False
    codes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    personal: bool = False
    longest: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One version of an item of the catalogue.

    ``id`` is the item's number, the same in all its versions; ``key`` names the fields that tell
    one of a provider's records from another ("document number"). A later version may add fields at
    the end, never move or rename one: what is kept reads the same under every version.
    ``by_item`` items can be asked for over the whole city, all others subject by subject.
    """

    id: int
    code: str
    version: int
    category: Category
    zh: str
    en: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    providers: tuple[str, ...] = ()
    forms: tuple[SubjectForm, ...] = ()
    cycle: Cycle = Cycle.MONTH
    level: PublicLevel = PublicLevel.OPEN
    negative: bool = False
    publication: Publication = Publication.ALWAYS
    retention_years: int = 0
    by_item: bool = False
    publicity_days: int = 0
    basis: str = ""
    valid_from: date
    valid_to: date | None = None
    source: str
    mark: str

    def position(self, name: str) -> int:
        """Where a field stands among the fields. Raises LookupError."""
        for place, one in enumerate(self.fields):
            if one.name == name:
                return place
        raise LookupError(name)

    def field_of(self, role: FieldRole) -> Field | None:
        """The field that has a role, where one has it."""
        return next((one for one in self.fields if one.role is role), None)

    def holds(self, on: date) -> bool:
        """Whether this version is in force on a day, both ends included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class AgencyKind(StrEnum):
    """What kind of provider an agency is."""

    ADMINISTRATION = "administration"
    COURT = "court"
    UTILITY = "utility"
    ASSOCIATION = "association"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A provider of records; it is a subject too, and its accounts belong to that subject."""

    id: int
    code: str
    zh: str
    en: str
    kind: AgencyKind
    level: str
    uscc: str
    subject_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyNamed:
    """An agency as a list names it, before it is a subject."""

    id: int
    code: str
    zh: str
    en: str
    kind: AgencyKind
    level: str
    uscc: str
    division: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came of loading a catalogue: new versions, and versions that were there already."""

    items: int
    known: int
    agencies: int = 0
