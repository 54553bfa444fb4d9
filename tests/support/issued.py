"""Papers, reports and requests for tests."""

from __future__ import annotations

from app.food.reports.terms import ReportKind, SubmitReport
from app.food.requests.terms import OpenRequest
from app.papers.terms import (
    Block,
    Code,
    Facts,
    Grid,
    Heading,
    IssuePaper,
    Paper,
    Picture,
    Words,
)
from scanner.trace.terms import GapKind

ORIGIN = "https://suyuan.example.cn"
HEAD = ("序号", "名称", "数量")


def a_paper(
    *, rows: int = 3, language: str = "zh", mark: str = "", picture: bytes = b"", text: str = ""
) -> IssuePaper:
    """A paper with every kind of block."""
    table = tuple((str(at), f"某某超市第{at}分店", f"{at}.5 kg") for at in range(rows))
    blocks: list[Block] = [
        Heading("一、主体"),
        Facts((("名称", "绿野蔬菜专业合作社"), ("代码", "91350200MA2XFA1T37"))),
        Words(text or "经营者履行了进货查验义务。"),
        Grid(HEAD, table, (1, 4, 2)),
        Code(f"{ORIGIN}/01/06901234567892", "扫码查看"),
    ]
    if picture:
        blocks.append(Picture(picture, "封存现场"))
    paper = Paper(title="尽职查验卷宗", blocks=tuple(blocks), language=language, mark=mark)
    return IssuePaper(paper=paper, kind="dossier", about="lot:1", origin=ORIGIN)


def a_report() -> SubmitReport:
    """Somebody found mould."""
    return SubmitReport(kind=ReportKind.SPOILED, said="开盖有霉味", place="第八市场")


def a_request(operator: int, lot: int) -> OpenRequest:
    """An operator is asked where a lot came from."""
    return OpenRequest(
        operator_id=operator, lot_id=lot, gap=GapKind.SOURCE_UNKNOWN, quantity="20", unit="EA"
    )
