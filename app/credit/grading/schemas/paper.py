"""食品生产经营者风险等级确定表 as a paper."""

from __future__ import annotations

from app.credit.grading.rules.tables import flags, grounds
from app.credit.grading.schemas.out import points
from app.credit.grading.terms import SUGGESTION_TEXTS, Said, YearForm
from app.papers.terms import Block, Facts, Grid, Paper, Words
from ledger.subjects.terms import Subject

_WORDS = {
    "title": ("食品生产经营者风险等级确定表", "Food risk grade: confirmation form"),
    "year": ("年度", "Year"),
    "number": ("编号", "No."),
    "name": ("食品生产经营者名称", "Name"),
    "address": ("地址", "Address"),
    "licence": ("许可证（备案）编号", "Licence"),
    "uscc": ("统一社会信用代码", "USCC"),
    "contact": ("联系人及电话", "Contact"),
    "was": ("上年度风险等级", "Last year's grade"),
    "static": ("静态风险因素量化分值", "Static points"),
    "dynamic": ("动态风险因素量化分值", "Dynamic points"),
    "total": ("风险等级得分", "Total"),
    "grade": ("风险等级", "Grade"),
    "flags": ("上调情形", "Grounds to raise"),
    "grounds": ("下调情形", "Grounds to lower"),
    "held": ("是否存在", "Holds"),
    "evidence": ("依据", "Evidence"),
    "suggestion": ("调整建议", "Suggestion"),
    "next": ("下一年度风险等级", "Next year's grade"),
    "remark": ("备注", "Remark"),
    "filler": ("填表人（签名）", "Filled in by (signature)"),
    "reviewer": ("审核人（签名）", "Reviewed by (signature)"),
    "serious": ("列入严重违法失信名单", "On the seriously unlawful list"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
    "none": ("无", "none"),
}


def paper_of(form: YearForm, subject: Subject, *, language: str, licences: str) -> Paper:
    """The form of a year as it is printed and signed."""
    en = language == "en"

    def word(name: str) -> str:
        return _WORDS[name][en]

    head = Facts(
        rows=(
            (word("year"), str(form.year)),
            (word("number"), f"{form.year}-{subject.id:07d}-{form.number}"),
            (word("name"), subject.name),
            (word("address"), subject.address or "–"),
            (word("licence"), licences or "–"),
            (word("uscc"), subject.uscc or "–"),
            (word("contact"), f"{subject.contact} {subject.phone}".strip() or "–"),
            (word("was"), form.was.value if form.was else "–"),
            (word("static"), points(form.static) or "–"),
            (word("dynamic"), points(form.dynamic) or "–"),
            (word("total"), points(form.total) or "–"),
            (word("grade"), form.grade.value),
        )
    )
    tail = Facts(
        rows=(
            (word("serious"), word("yes" if form.serious else "no")),
            (word("suggestion"), SUGGESTION_TEXTS[form.suggestion][en]),
            (word("next"), form.next.value),
            (word("remark"), form.remark or word("none")),
            (word("filler"), _signed(form.filled_by, form.filled_at)),
            (word("reviewer"), _signed(form.confirmed_by, form.confirmed_at)),
        )
    )
    blocks: tuple[Block, ...] = (head, *_tables(form, en=en), tail)
    if form.returned_note:
        blocks = (*blocks, Words(form.returned_note))
    return Paper(title=word("title"), subtitle=subject.name, language=language, blocks=blocks)


def _tables(form: YearForm, *, en: bool) -> tuple[Grid, Grid]:
    def grid(title: str, known: tuple[tuple[str, str], ...], said: tuple[Said, ...]) -> Grid:
        held = {one.code: one for one in said}
        return Grid(
            head=("", _WORDS[title][en], _WORDS["held"][en], _WORDS["evidence"][en]),
            rows=tuple(
                (code, text, _WORDS["yes" if code in held else "no"][en], _about(held.get(code)))
                for code, text in known
            ),
            widths=(0.06, 0.54, 0.12, 0.28),
        )

    return (
        grid("flags", tuple((it.code, it.en if en else it.zh) for it in flags()), form.flags),
        grid("grounds", tuple((it.code, it.en if en else it.zh) for it in grounds()), form.grounds),
    )


def _about(said: Said | None) -> str:
    if said is None:
        return ""
    return "；".join(f"{it.on.isoformat()} {it.about or it.source}" for it in said.evidence)


def _signed(name: str, at: object) -> str:
    return f"{name}  {str(at)[:10]}" if name else "____________"
