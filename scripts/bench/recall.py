"""Bench ``recall``: opening recalls of a huge lot and of a product, and what holds cost a filing.

Everything is done on a copy of the town's database, which is thrown away afterwards.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.doors.cli import Shell
from app.food.recalls import queries, services
from app.food.recalls.terms import (
    HoldersAsked,
    Level,
    NoticeItem,
    OpenRecall,
    PlanItem,
    Recall,
    Step,
    TakeStep,
)
from ledger.entries.services import file_entries
from ledger.entries.terms import EntryKind, FileEntries, Line, Portion
from ledger.kernel.moment import moment_of
from ledger.kernel.uow import UnitOfWork
from ledger.products.terms import LotNamed
from ledger.subjects.terms import Party
from scripts.bench import people
from scripts.bench.http import rate
from scripts.bench.place import Place
from scripts.bench.results import Label, Report, measured
from scripts.bench.sampling import sample_of
from scripts.bench.timing import FULL, Effort
from scripts.bench.town import Town

_DATABASE = "bench_recall"
_LOTS = 1_000  # of the product that is recalled
_CHUNK = 200  # lines a filing, as a shop's day
_KNOWN_LOTS = 1_000
_TURNS = 6  # of filing with and without holds, by turns
_WORDS = {
    "open_lot": ("开启召回：批次，≥ 5,000 家持有者", "recall opened: a lot, ≥ 5,000 holders"),
    "open_product": ("开启召回：产品，≥ 1,000 个批次", "recall opened: a product, ≥ 1,000 lots"),
    "notify_lot": ("全部通知（同一批次）", "all holders told (the same lot)"),
    "page": ("持有者一页", "a page of holders"),
    "look_again": ("补报一条后重算（同一批次）", "followed again after a late entry"),
    "close_lot": ("结案并解除停售", "closed and released"),
    "filing_free": ("报送，没有召回", "filing, nothing held"),
    "filing_held": ("报送，两个召回生效", "filing, both recalls in force"),
}  # fmt: skip
_MANY_LOTS = text("""
    SELECT product_id, count(*) AS lots FROM lot GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1
""")
_ONE_PRODUCT = text("""
    UPDATE lot SET product_id = :product WHERE id IN (
        SELECT min(id) FROM lot WHERE id <> ALL(CAST(:but AS integer[])) AND lot_key NOT IN
            (SELECT lot_key FROM lot WHERE product_id = :product)
        GROUP BY lot_key ORDER BY 1 LIMIT :count)
""")
_GTINS = text("SELECT gtin FROM product WHERE gtin <> '' AND id <> :but ORDER BY id LIMIT :count")
_PAPERS = dict.fromkeys([it.value for it in (*PlanItem, *NoticeItem)], "bench")


@dataclass(kw_only=True)
class Bench:
    """One run on a copy of the town."""

    place: Place
    town: Town
    results: Path
    effort: Effort = FULL
    report: Report = field(init=False)

    def run(self) -> Report:
        """Measure everything."""
        self.report = Report(bench="recall", entries=self.town.rows)
        huge = self._huge()
        self.place.make(_DATABASE, template=self.town.database)
        try:
            product = self._product(huge)
            with self.place.shell(_DATABASE) as shell:
                self._openings(shell, huge, product)
                self._filing(shell, huge, product)
        finally:
            self.place.drop(_DATABASE)
        return self.report

    def _huge(self) -> int:
        engine = self.place.admin_engine(self.town.database)
        sample = sample_of(self.place, engine, self.town.database, self.town.span)
        if sample["huge"]:
            return sample["huge"][0]
        self.report.note(
            "这个城镇太小：没有五千家以上持有者的批次，召回的是最大的一个。",
            "The town is too small: no lot has 5,000 holders; the largest there is was recalled.",
        )
        return next(lots[0] for lots in reversed(sample.values()) if lots)

    def _product(self, huge: int) -> int:
        """A product of a thousand lots: the town's own, or one that is given others' lots."""
        with self.place.as_admin(_DATABASE) as admin:
            found = admin.execute(_MANY_LOTS).one()
            if found.lots < _LOTS:
                said = {"product": found.product_id, "but": [huge], "count": _LOTS}
                admin.execute(_ONE_PRODUCT, said)
                self.report.note(
                    f"城镇里批次最多的产品有 {found.lots} 个批次，另把 {_LOTS} 个归到它名下。",
                    f"The town's product with most lots has {found.lots}; {_LOTS} lots of others "
                    "were put under it.",
                )
            admin.execute(text("VACUUM (ANALYZE)"))
        return int(found.product_id)

    def _openings(self, shell: Shell, huge: int, product: int) -> None:
        for name, asked in (("lot", {"lots": (huge,)}), ("product", {"product_id": product})):
            found: dict[str, list[float]] = {}
            for _ in range(self.effort.repetitions):
                case = self._timed(
                    found, f"open_{name}", shell, lambda uow, it=asked: _open(uow, it)
                )
                if name == "lot":
                    self._lived(shell, found, case)
                _dismissed(shell, case.id, found)
            self._say(name, case)
            for figure, seconds in found.items():
                if figure in _WORDS:
                    self._keep(figure, seconds)

    def _lived(self, shell: Shell, found: dict[str, list[float]], case: Recall) -> None:
        """What follows an opening: telling all, looking at a page, and a late entry."""
        _step(shell, case.id, Step.PLANNED)
        self._timed(found, "notify_lot", shell, lambda uow: _told(uow, case.id))
        asked = HoldersAsked(recall_id=case.id, limit=50)
        self._timed(found, "page", shell, lambda uow: queries.holders_of(uow, asked))
        with shell.unit() as uow:
            uow.session.execute(
                text("UPDATE recall SET newest_entry = 0 WHERE id = :id"), {"id": case.id}
            )
        self._timed(found, "look_again", shell, lambda uow: services.look_again(uow, case.id))

    def _timed(
        self,
        found: dict[str, list[float]],
        name: str,
        shell: Shell,
        work: Callable[[UnitOfWork], Any],
    ) -> Any:
        """Seconds of a unit from its beginning to its commit."""
        begun = time.perf_counter()
        with shell.unit() as uow:
            answer = work(uow)
        found.setdefault(name, []).append(time.perf_counter() - begun)
        return answer

    def _keep(self, name: str, seconds: Sequence[float]) -> None:
        zh, en = _WORDS[name]
        label = Label(name=name, zh=zh, en=en, unit="s")
        self.report.add(measured(label, list(seconds), low_is_good=True))

    def _say(self, name: str, case: Recall) -> None:
        zh = {"lot": "批次", "product": "产品"}[name]
        self.report.note(
            f"{zh}召回：{case.lots:,} 个批次，{case.holders:,} 家持有者。",
            f"Recall of the {name}: {case.lots:,} lots, {case.holders:,} holders.",
        )

    def _filing(self, shell: Shell, huge: int, product: int) -> None:
        """Entries a second with nothing held and with both recalls in force, by turns."""
        shop = Shop(shell, product)
        shop.fill()
        found: dict[str, list[float]] = {"filing_free": [], "filing_held": []}
        for turn in range(_TURNS):
            order = ("filing_free", "filing_held")[:: 1 if turn % 2 else -1]
            for name in order:
                cases = self._held(shell, huge, product) if name == "filing_held" else []
                found[name].append(shop.rate(self.effort.seconds))
                for case in cases:
                    _dismissed(shell, case, {})
        for name, rates in found.items():
            self.report.add(rate(name, _WORDS[name], rates, "entries/s"))
        self.report.compare("filing_held", "filing_free")

    def _held(self, shell: Shell, huge: int, product: int) -> list[int]:
        with shell.unit() as uow:
            return [_open(uow, it).id for it in ({"lots": (huge,)}, {"product_id": product})]


def _open(uow: UnitOfWork, asked: dict[str, Any]) -> Recall:
    known = uow.now - timedelta(hours=1)
    said = OpenRecall(reason="bench", known_at=known, level=Level.ONE, **asked)
    return services.open_recall(uow, said)


def _told(uow: UnitOfWork, recall_id: int) -> Recall:
    said = TakeStep(recall_id=recall_id, step=Step.NOTIFIED, items=_PAPERS)
    return services.take_step(uow, said)


def _step(shell: Shell, recall_id: int, step: Step) -> None:
    with shell.unit() as uow:
        services.take_step(uow, TakeStep(recall_id=recall_id, step=step, items=_PAPERS))


def _dismissed(shell: Shell, recall_id: int, found: dict[str, list[float]]) -> None:
    """End a recall whatever its state, so that its lots are free again."""
    begun = time.perf_counter()
    with shell.unit() as uow:
        row = text("UPDATE recall SET state = 'graded' WHERE id = :id")
        uow.session.execute(row, {"id": recall_id})
        said = {"basis": "bench", "document": "bench"}
        services.take_step(uow, TakeStep(recall_id=recall_id, step=Step.DISMISSED, **said))
    found.setdefault("close_lot", []).append(time.perf_counter() - begun)


class Shop:
    """An operator that files its receipts of known lots in process, a chunk a filing."""

    def __init__(self, shell: Shell, but: int) -> None:
        self.shell, self.run, self.filed = shell, secrets.token_hex(4), 0
        (self.operator, _), *others = people.operators(shell, 40)
        self.suppliers = [Party(subject_id=one) for one, _ in others]
        with shell.unit(read_only=True) as uow:
            gtins = uow.session.scalars(_GTINS, {"but": but, "count": _KNOWN_LOTS}).all()
            made = moment_of(uow.today - timedelta(days=3))
            self.at = moment_of(uow.today)
        self.lots = [
            LotNamed(gtin=gtin, lot=f"B{self.run}{place}", name=f"食品{gtin}", produced_on=made)
            for place, gtin in enumerate(gtins)
        ]

    def fill(self) -> None:
        """File each lot once, so that all are known."""
        while self.filed < len(self.lots):
            self._file()

    def rate(self, seconds: float) -> float:
        """Entries a second."""
        first, begun = self.filed, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            self._file()
        return (self.filed - first) / (time.perf_counter() - begun)

    def _file(self) -> None:
        numbers = range(self.filed, self.filed + _CHUNK)
        lines = tuple(self._line(number) for number in numbers)
        key = f"{self.run}-{self.filed}"
        digest = hashlib.sha256(key.encode()).digest()
        said = FileEntries(
            operator_id=self.operator, filing_key=key, content_hash=digest, lines=lines
        )
        with self.shell.unit() as uow:
            filed = file_entries(uow, said)
        if filed.accepted != _CHUNK:
            raise AssertionError(f"{filed.accepted} of {_CHUNK} lines were accepted")
        self.filed += _CHUNK

    def _line(self, number: int) -> Line:
        lot = self.lots[number % len(self.lots)]
        return Line(
            kind=EntryKind.RECEIPT,
            portions=(Portion(lot=lot, quantity=str(1 + number), unit="EA"),),
            partner=self.suppliers[number % len(self.suppliers)],
            at=self.at,
            document=f"JH{self.run}{number}",
            certificate="C-1",
        )
