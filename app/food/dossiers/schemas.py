"""A dossier as a paper: its words in the language of the reader, its files inside."""

from __future__ import annotations

from app.doors.assets import division_text, when_text
from app.doors.i18n import gettext as _
from app.doors.i18n import language
from app.food.dossiers.terms import Arrival, Dossier, Paperwork, Point, Shown
from app.papers.terms import Attachment, Block, Facts, Grid, Heading, Paper, Words
from ledger.certificates.terms import KIND_TEXTS
from ledger.entries.terms import BookLine, EntryKind
from ledger.kernel.moment import Moment
from ledger.proof.terms import ProofState
from ledger.subjects.terms import LICENCE_TEXTS, Licence, Subject

_DASH = "–"


def points_text() -> dict[Point, str]:
    """What each point says."""
    return {
        Point.SOURCE_STATED: _("如实说明了进货来源"),
        Point.SUPPLIER_LICENSED: _("供货者当时持有有效许可，或依法无需许可"),
        Point.CERTIFICATE_HELD: _("查验并留存了这一批的合格证明"),
        Point.RECORDED_IN_TIME: _("进货后按时记入台账"),
        Point.BOUGHT_BEFORE_STOP: _("进货在这一批被停止购销之前"),
        Point.UNCHANGED: _("记录已存证，此后没有改动"),
    }


def shown_text() -> dict[Shown, str]:
    """How far a point is shown."""
    return {
        Shown.YES: _("有据"),
        Shown.PARTLY: _("部分有据"),
        Shown.NO: _("无据"),
        Shown.WAITING: _("等待封存"),
    }


def kinds_text() -> dict[EntryKind, str]:
    """What became of the goods."""
    return {
        EntryKind.DISPATCH: _("销货"),
        EntryKind.TRANSFORMATION: _("加工"),
        EntryKind.DISPOSAL: _("处置"),
        EntryKind.PRODUCTION: _("生产"),
        EntryKind.AGGREGATION: _("组装"),
        EntryKind.DISAGGREGATION: _("拆装"),
    }


def moment_text(at: Moment) -> str:
    """A moment of the book as people write it."""
    return when_text(at)


def licence_text(licence: Licence | None) -> str:
    """A licence in one line."""
    if licence is None:
        return _DASH
    kind = LICENCE_TEXTS[licence.kind][language() == "en"]
    ends = licence.valid_to.isoformat() if licence.valid_to else _("长期")
    return f"{kind} {licence.number} · {_('有效至 %(day)s', day=ends)}"


def certificate_text(paper: Paperwork) -> str:
    """A certificate's kind in the reader's language."""
    return KIND_TEXTS[paper.certificate.kind][language() == "en"]


def supplier_text(arrival: Arrival) -> str:
    """Who sold: name, code, and where to be found."""
    who = arrival.supplier
    if who is None:
        return _("未写明")
    return " · ".join(part for part in (who.name, who.uscc, who.address, who.phone) if part)


def quantity_text(line: BookLine) -> str:
    """Quantity and unit as filed."""
    return f"{line.quantity} {line.unit}".strip()


def lot_text(dossier: Dossier) -> str:
    """The lot's number, or the day it was made where it has none."""
    return dossier.lot.number or _known(dossier.lot.produced_on)


def paper_of(dossier: Dossier, files: tuple[Attachment, ...]) -> Paper:
    """The dossier as it is printed; ``files`` are those of its certificates."""
    return Paper(
        title=_("食品安全尽职查验卷宗"),
        subtitle=f"{dossier.operator.name} · {dossier.product.name} · {lot_text(dossier)}",
        language=language(),
        blocks=(
            Words(
                _(
                    "本卷宗汇总台账中与这一批有关的全部记录，供依照《食品安全法》第一百三十六条"
                    "说明进货查验情况时使用。是否符合免予处罚的条件由监管部门认定。"
                )
            ),
            *_who(dossier),
            *_points(dossier),
            *_arrivals(dossier),
            *_certificates(dossier, files),
            *_onward(dossier),
            *_proofs(dossier),
        ),
        attachments=(*files, *_receipts(dossier)),
    )


def _who(dossier: Dossier) -> tuple[Block, ...]:
    product, lot = dossier.product, dossier.lot
    rows = [
        *_subject(_("经营者"), dossier.operator),
        (_("商品"), " ".join(part for part in (product.name, product.spec) if part)),
        (_("商品条码"), product.gtin or _DASH),
        (_("批号"), lot.number or _DASH),
        (_("生产日期"), _known(lot.produced_on)),
        (_("到期日期"), _known(lot.expires_on)),
        (_("生产者"), dossier.producer.name if dossier.producer else _("未写明")),
    ]
    if dossier.hold:
        since = when_text(dossier.hold.held_at)
        rows.append((_("停止购销"), f"{since} · {dossier.hold.reason}"))
    return Heading(_("经营者与货物")), Facts(tuple(rows))


def _known(at: Moment) -> str:
    return when_text(at, "day")


def _subject(label: str, subject: Subject) -> list[tuple[str, str]]:
    place = " ".join(part for part in (division_text(subject.division), subject.address) if part)
    return [
        (label, subject.name),
        (_("信用代码"), subject.uscc or _DASH),
        (_("地址"), place or _DASH),
    ]


def _points(dossier: Dossier) -> tuple[Block, ...]:
    says, shown = points_text(), shown_text()
    rows = tuple((says[point], shown[how]) for point, how in dossier.points)
    return Heading(_("各项有无依据")), Grid((_("事项"), _("台账所见")), rows, (4, 1))


def _arrivals(dossier: Dossier) -> tuple[Block, ...]:
    head = (_("进货时间"), _("供货者"), _("当时的许可"), _("数量"), _("单号"), _("记录号"))
    rows = tuple(
        (
            moment_text(each.line.at),
            supplier_text(each),
            licence_text(each.licence),
            quantity_text(each.line),
            each.line.document or _DASH,
            each.line.reference,
        )
        for each in dossier.arrivals
    )
    return Heading(_("进货记录")), Grid(head, rows, (2, 4, 4, 1.5, 2, 2))


def _certificates(dossier: Dossier, files: tuple[Attachment, ...]) -> tuple[Block, ...]:
    heading = Heading(_("合格证明"))
    if not dossier.papers:
        return heading, Words(_("没有登记这一批或这种商品的合格证明。"))
    rows = tuple(
        (
            certificate_text(each),
            each.certificate.number or _DASH,
            each.certificate.issuer or _DASH,
            each.certificate.issued_on.isoformat() if each.certificate.issued_on else _DASH,
            "\n".join(file.sha256.hex() for file in each.certificate.files) or _DASH,
        )
        for each in dossier.papers
    )
    head = (_("种类"), _("编号"), _("出具单位"), _("日期"), _("文件 SHA-256"))
    blocks: tuple[Block, ...] = (heading, Grid(head, rows, (2, 2, 2.5, 1.5, 4)))
    if files:
        blocks += (Words(_("以上文件作为附件嵌在本 PDF 内，共 %(n)s 个。", n=len(files))),)
    return blocks


def _onward(dossier: Dossier) -> tuple[Block, ...]:
    heading = Heading(_("货物去向"))
    if not dossier.onward:
        return heading, Words(_("台账里没有这一批的销货、加工或处置记录。"))
    kinds = kinds_text()
    rows = tuple(
        (
            moment_text(line.at),
            kinds.get(line.kind, line.kind.value),
            line.partner_name or _DASH,
            quantity_text(line),
            line.reference,
        )
        for line in dossier.onward
    )
    head = (_("时间"), _("种类"), _("对方"), _("数量"), _("记录号"))
    return heading, Grid(head, rows, (2, 1, 4, 2, 2))


def _proofs(dossier: Dossier) -> tuple[Block, ...]:
    rows = tuple(
        (each.reference, _DASH if each.index is None else str(each.index), each.leaf or _DASH)
        for each in dossier.proofs
    )
    blocks: tuple[Block, ...] = (
        Heading(_("存证")),
        Grid((_("记录号"), _("存证位置"), _("叶散列 SHA-256")), rows, (2, 1.5, 7)),
    )
    if any(each.state is ProofState.FILED for each in dossier.proofs):
        blocks += (Words(_("没有位置的记录等待封存，通常不到半分钟；封存后可重新出具。")),)
    if dossier.receipts:
        blocks += (
            Words(_("存证回执作为附件 receipts.tlog-proof 嵌在本 PDF 内，不联网也能验证。")),
        )
    return blocks


def _receipts(dossier: Dossier) -> tuple[Attachment, ...]:
    if not dossier.receipts:
        return ()
    content = dossier.receipts.encode()
    return (Attachment(name="receipts.tlog-proof", about=_("存证回执"), content=content),)
