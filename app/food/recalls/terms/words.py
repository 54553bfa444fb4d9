"""The kinds of things recalls speak of."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class State(StrEnum):
    """How far a recall has come, in this order."""

    SUSPECTED = "suspected"
    STOP_SALE = "stop_sale"
    GRADED = "graded"
    PLANNED = "planned"
    NOTIFIED = "notified"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    DISPOSED = "disposed"
    SUMMARISED = "summarised"
    CLOSED = "closed"


class Step(StrEnum):
    """What a line of a recall's history says was done; the first ten lead to a state."""

    OPENED = "opened"
    STOP_SALE = "stop_sale"
    GRADED = "graded"
    PLANNED = "planned"
    NOTIFIED = "notified"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    DISPOSED = "disposed"
    SUMMARISED = "summarised"
    CLOSED = "closed"
    DISMISSED = "dismissed"
    ORDERED = "ordered"
    EXTENDED = "extended"
    ESCALATED = "escalated"
    SCOPE_FROZEN = "scope_frozen"
    SCOPE_GREW = "scope_grew"
    OVERDUE = "overdue"
    REMINDED = "reminded"


class Level(IntEnum):
    """How serious; 0 while nobody has graded it."""

    NONE = 0
    ONE = 1
    TWO = 2
    THREE = 3


class Kind(StrEnum):
    """召回, or 追回: goods not yet sold to consumers are fetched back without a public notice."""

    RECALL = "recall"
    TAKE_BACK = "withdrawal"


class Hazard(StrEnum):
    """What is wrong with the food; it decides what may be done with it."""

    ILLEGAL_ADDITIVE = "illegal_additive"
    SPOILED = "spoiled"
    DISEASED_ANIMAL = "diseased_animal"
    LIMIT_EXCEEDED = "limit_exceeded"
    FOREIGN_MATTER = "foreign_matter"
    LABEL = "label"
    OTHER = "other"


class Found(StrEnum):
    """How the recaller came to know."""

    OWN_CHECK = "own_check"
    COMPLAINT = "complaint"
    DEALER = "dealer"
    AUTHORITY = "authority"
    SAMPLING = "sampling"
    DRILL = "drill"


class Method(StrEnum):
    """What becomes of recalled food."""

    DESTROY_ON_SPOT = "destroy_on_spot"
    DESTROY_CENTRALLY = "destroy_centrally"
    HARMLESS = "harmless"
    CORRECT_LABEL = "correct_label"


class PlanItem(StrEnum):
    """The eight items of a recall plan."""

    PRODUCER = "producer"
    FOOD = "food"
    CAUSE = "cause"
    LEVEL = "level"
    NOTICE = "notice"
    DUTIES = "duties"
    DISPOSAL = "disposal"
    EFFECT = "effect"


class NoticeItem(StrEnum):
    """The four items of a recall notice."""

    PRODUCER = "producer"
    FOOD = "food"
    CAUSE = "cause"
    DUTIES = "duties"


class Answer(StrEnum):
    """What a holder says about the goods it had."""

    SEEN = "seen"
    COUNTED = "counted"
    SOLD_OUT = "sold_out"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    CONSUMED = "consumed"
    REMARK = "remark"


SUBSTANTIAL = frozenset(Answer) - {Answer.SEEN, Answer.REMARK}
"""Answers that say where the goods are; having looked at the notice, or a remark, does not."""


class Via(StrEnum):
    """Which way an answer came."""

    LINK = "link"
    ACCOUNT = "account"
    VISIT = "visit"


class Reach(StrEnum):
    """How a holder can be told."""

    MESSAGE = "message"
    VISIT = "visit"


class Timer(StrEnum):
    """The legal clocks of a recall."""

    START = "start"
    FINISH = "finish"
    REPORT = "report"


class ClockState(StrEnum):
    """How a clock stands."""

    NOT_SET = "not_set"
    RUNNING = "running"
    MET = "met"
    MISSED = "missed"
