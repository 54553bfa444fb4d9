"""The cockpit of a recall as its page shows it: limits, bars, one row for each holder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.doors.formats import when_text
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.food.recalls.terms import (
    AnswerShown,
    Clock,
    ClockState,
    Effectiveness,
    Figures,
    FiguresOf,
    Notice,
    Reach,
    Recall,
    Timer,
    texts,
)
from ledger.kernel.quantity import Unit
from ledger.kernel.workdays import CalendarUnknown, is_working_day
from ledger.kernel.zone import SHANGHAI
from scanner.trace.terms import amount

_MARKS = {
    ClockState.NOT_SET: "gap",
    ClockState.RUNNING: "wait",
    ClockState.MET: "ok",
    ClockState.MISSED: "bad",
}
SILENT_FROM, VISITED_FROM = 1, 3  # stages of silence
_STEPS = 5  # told, seen, answered, something back, all accounted for
_WEEKEND = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One of the boxes at the head: what is limited, how it stands, and until when."""

    title: str
    limit: str = ""
    big: str = "–"
    mark: str = "gap"
    state: str = ""
    small: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What was shipped in one unit and where it is, as parts of a bar."""

    unit: Unit
    base: str
    accounted: str
    ratio: str
    parts: tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """A holder's or a tier's figures in one unit, as decimal texts."""

    unit: Unit
    shipped: str
    passed_on: str
    back: str
    rest: str
    base: str
    ratio: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A holder as the cockpit shows it; ``done`` of five steps, ``state`` "" ok no."""

    notice: Notice
    done: int
    state: str
    text: str
    mark: str
    amounts: tuple[Amounts, ...] = ()
    said: tuple[AnswerShown, ...] = ()
    is_added: bool = False
    is_late: bool = field(default=False)


def dues(
    found: Recall,
    clocks: Sequence[Clock],
    effect: Effectiveness,
    tally: Mapping[str, int],
    now: datetime,
) -> list[Due]:
    """The four boxes: start (or the report, once all is back), silence, finish, effectiveness."""
    by_timer = {one.timer: one for one in clocks}
    first = Timer.REPORT if found.completed_at else Timer.START
    return [
        clock_due(by_timer[first], now),
        _silence(tally),
        clock_due(by_timer[Timer.FINISH], now),
        _effect(effect),
    ]


def clock_due(clock: Clock, now: datetime) -> Due:
    """A legal limit: how long there is, or how long it took."""
    title = texts.in_words(texts.TIMER_TEXTS, language())[clock.timer.value]
    if clock.due_at is None:
        return Due(title=title, state=unset(clock.timer))
    mark, limit = _MARKS[clock.state], limit_of(clock)
    if clock.met_at is not None:
        small = when_text(clock.met_at, language=_language())
        state = how_met(clock)
        return Due(title=title, limit=limit, big=_took(clock), mark=mark, state=state, small=small)
    if clock.state is ClockState.MISSED:
        over = _length(now - clock.due_at)
        return Due(title=title, limit=limit, big=_("已超时"), mark=mark, state=over)
    big = _left(clock, now)
    state = _("按现有日历暂定") if clock.is_provisional else _("正在计时")
    return Due(title=title, limit=limit, big=big, mark=mark, state=state)


def unset(timer: Timer) -> str:
    """Why a limit has not begun."""
    return _("定级后起算") if timer is Timer.START else _("还没有起算")


def limit_of(clock: Clock) -> str:
    """A limit in words: hours to the minute, days as the last day."""
    assert clock.due_at is not None  # only limits that have begun are named
    if clock.timer is Timer.START:
        until = when_text(clock.due_at, language=_language())
    else:
        until = when_text(last_day(clock.due_at), language=_language(), style="day")
    return _("限 %(until)s", until=until)


def how_met(clock: Clock) -> str:
    """Whether a limit was met in time."""
    return _("按时") if clock.state is ClockState.MET else _("迟了")


def _language() -> Any:
    return "en" if language() == "en" else "zh"


def last_day(due: datetime) -> date:
    """The day at whose end a limit passes."""
    return (due - timedelta(microseconds=1)).astimezone(SHANGHAI).date()


def _took(clock: Clock) -> str:
    if clock.begun_at is None or clock.met_at is None:
        return "–"
    return _length(clock.met_at - clock.begun_at)


def _left(clock: Clock, now: datetime) -> str:
    assert clock.due_at is not None  # a clock that runs has a limit
    if clock.timer is Timer.START:
        return _("剩 %(time)s", time=_length(clock.due_at - now))
    left = working_days_left(now.astimezone(SHANGHAI).date(), last_day(clock.due_at))
    return _("剩 %(n)s 个工作日", n=left)


def working_days_left(today: date, last: date) -> int:
    """Working days after today up to the last one; weekends where no calendar is out yet."""
    days = (today + timedelta(days=number) for number in range(1, (last - today).days + 1))
    return sum(1 for day in days if _works(day))


def _works(day: date) -> bool:
    try:
        return is_working_day(day)
    except CalendarUnknown:
        return day.weekday() < _WEEKEND


def _length(span: timedelta) -> str:
    """A span in words: days and hours, or hours and minutes."""
    minutes = max(0, int(span / timedelta(minutes=1)))
    hours, minutes = divmod(minutes, 60)
    if hours >= 72:
        return _("%(days)s 天 %(hours)s 小时", days=hours // 24, hours=hours % 24)
    return _("%(hours)s 小时 %(minutes)s 分", hours=hours, minutes=minutes)


def _silence(tally: Mapping[str, int]) -> Due:
    silent = tally["sent"] - tally["answered"]
    title = _("未回报")
    if not tally["sent"]:
        return Due(title=title, state=_("还没有发通知"))
    if silent <= 0:
        return Due(title=title, big=_("0 家"), mark="ok", state=_("全部回报"))
    late = tally["stage_1"] + tally["stage_2"] + tally["stage_3"]
    state = _("%(n)s 家超过 24 小时", n=late) if late else _("都在 24 小时以内")
    small = _("%(n)s 家要上门", n=tally["visit"]) if tally["visit"] else ""
    return Due(
        title=title,
        limit=_("共 %(n)s 家", n=tally["holders"]),
        big=_("%(n)s 家", n=silent),
        mark="bad" if late else "wait",
        state=state,
        small=small,
    )


def _effect(effect: Effectiveness) -> Due:
    title = _("召回有效率")
    known = [one for one in effect.whole if one.figures.ratio is not None]
    if not known:
        return Due(title=title, state=_("没有要交代的数量"))
    worst = min(known, key=lambda one: one.figures.ratio or 0)
    sums = worst.figures
    part, whole = amount(sums.accounted, worst.unit), amount(sums.base, worst.unit)
    mark = "ok" if sums.accounted == sums.base else "wait"
    as_of = when_text(effect.as_of, language=_language()) if effect.as_of else ""
    return Due(
        title=title,
        big=percent(sums),
        mark=mark,
        state=f"{part} ÷ {whole} {unit_of(worst.unit)}",
        small=_("按 %(at)s 的台账", at=as_of) if as_of else "",
    )


def unit_of(unit: Unit) -> str:
    """A unit as people say it."""
    if language() == "zh":
        return unit.zh
    return next((word for word in unit.words if word.isascii()), unit.code)


def percent(sums: Figures) -> str:
    """The effectiveness as ``32.4 %``, rounded down so that nothing is called whole that is not."""
    if not sums.base:
        return "–"
    thousandths = sums.accounted * 1000 // sums.base
    return f"{Decimal(thousandths) / 10} %"


def sums_of(effect: Effectiveness) -> list[Sum]:
    """Where what was shipped is, a bar for each unit; from certain to uncertain."""
    return [_sum(one) for one in effect.whole if one.figures.base]


def _sum(one: FiguresOf) -> Sum:
    sums = one.figures
    left = sums.base
    parts = []
    for kind, label, much in (
        ("mok", _("收回"), sums.returned),
        ("mok2", _("销毁"), sums.destroyed),
        ("mok3", _("证实已食用"), sums.consumed),
        ("m4", _("已售、未退"), sums.sold),
    ):
        taken = min(left, much)
        left -= taken
        parts.append({"kind": kind, "label": label, "value": amount(taken, one.unit)})
    parts.append({"kind": "mgap", "label": _("待交代"), "value": amount(left, one.unit)})
    return Sum(
        unit=one.unit,
        base=amount(sums.base, one.unit),
        accounted=amount(sums.accounted, one.unit),
        ratio=percent(sums),
        parts=tuple(parts),
    )


def amounts_of(some: Iterable[FiguresOf]) -> tuple[Amounts, ...]:
    """Figures added up by unit, as texts."""
    sums: dict[Unit, list[int]] = {}
    for one in some:
        known = sums.setdefault(one.unit, [0] * len(Figures._fields))
        sums[one.unit] = [old + new for old, new in zip(known, one.figures, strict=True)]
    return tuple(_amounts(unit, Figures(*said)) for unit, said in sums.items())


def _amounts(unit: Unit, sums: Figures) -> Amounts:
    return Amounts(
        unit=unit,
        shipped=amount(sums.shipped, unit),
        passed_on=amount(sums.passed_on + sums.used, unit),
        back=amount(sums.accounted, unit),
        rest=amount(sums.base - sums.accounted, unit),
        base=amount(sums.base, unit),
        ratio=percent(sums),
    )


def tiers_of(
    effect: Effectiveness, holders: Mapping[int, int]
) -> list[tuple[int, int, tuple[Amounts, ...]]]:
    """Each tier with its holders and its figures, the nearest first."""
    return [
        (tier, holders.get(tier, 0), amounts_of(one for one in effect.tiers if one.tier == tier))
        for tier in sorted(
            {one.tier for one in effect.tiers if one.tier is not None} | set(holders)
        )
    ]


def row_of(notice: Notice, said: Sequence[AnswerShown] = ()) -> Row:
    """A holder's row: how far it has come, what the book says it still has to account for."""
    accounted = sum(one.figures.accounted for one in notice.figures)
    rest = sum(one.figures.base - one.figures.accounted for one in notice.figures)
    done = _done(notice, accounted, rest)
    late = notice.answered_at is None and notice.stage >= SILENT_FROM
    state = "ok" if done == _STEPS else "no" if late else ""
    text, mark = _word(notice, done, late=late)
    return Row(
        notice=notice,
        done=done,
        state=state,
        text=text,
        mark=mark,
        amounts=amounts_of(notice.figures),
        said=tuple(said),
        is_added=notice.added_revision > 1,
        is_late=late,
    )


def _done(notice: Notice, accounted: int, rest: int) -> int:
    if notice.answered_at is not None:
        return _STEPS if not rest else 4 if accounted else 3
    if notice.seen_at is not None:
        return 2
    return 1 if notice.sent_at is not None else 0


def _word(notice: Notice, done: int, *, late: bool) -> tuple[str, str]:
    if done == _STEPS:
        return _("完成"), "ok"
    if done >= 3:
        return _("已回报，还有待交代"), "wait"
    if late:
        hours = {1: 24, 2: 48, 3: 72}[min(notice.stage, 3)]
        return _("超 %(n)s 小时没有回报", n=hours), "bad"
    if notice.reach is Reach.VISIT and not done < 1:
        return _("联系不上，要上门"), "warn"
    return [(_("还没有通知"), "gap"), (_("已通知，未看"), "wait"), (_("已看，未回报"), "wait")][
        done
    ]


def silence_clock(sent_at: datetime | None, now: datetime, hours: Sequence[int]) -> dict[str, Any]:
    """The clock of those who are asked: since the notices went out, with what each limit brings."""
    if sent_at is None:
        return {}
    minutes = max(0, int((now - sent_at) / timedelta(minutes=1)))
    brings = (_("未回报的再催"), _("仍未回报转现场"), _("仍未回报上门核查"))
    marks = [
        {"at": at, "text": _("%(n)s 小时", n=at), "sub": brought}
        for at, brought in zip(hours, brings, strict=True)
    ]
    return {
        "hours": hours[-1],
        "now": Decimal(minutes) / 60,
        "marks": marks,
        "sent_at": sent_at,
        "since": _length(now - sent_at),
    }


def answer_until(sent_at: datetime | None, hours: Mapping[int, int]) -> datetime | None:
    """Until when a holder is to answer: the first limit of silence."""
    return None if sent_at is None else sent_at + timedelta(hours=hours[min(hours)])
