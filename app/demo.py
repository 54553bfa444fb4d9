"""``suyuan demo``: the main job in front of the reader, through the same doors everybody uses."""

from __future__ import annotations

import hmac
import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import click
from redis import Redis
from rich.console import Console
from rich.tree import Tree
from xlsxwriter import Workbook

from app.accounts import services as accounts
from app.accounts.terms import CreateAccount, IssueKey
from app.credit.records.queries.catalogue import agency_by_code
from app.database import engine_for
from app.doors.cli import Shell, refuse
from app.processes.serving import Running, running
from app.settings import Settings, settings_of_this_process
from app.town import cli as town
from app.town.terms import Story
from ledger.kernel.actor import Role
from ledger.kernel.errors import Conflict, Refusal
from ledger.kernel.quantity import unit_named
from ledger.subjects.queries import subject_by_uscc
from scanner.symbols.render import symbol_png
from scanner.symbols.terms import Symbology

OUT = Console(highlight=False)
_UPLOAD_SECONDS_MAX = 60.0
HEADER = (
    "进货日期",
    "商品名称",
    "条码",
    "规格",
    "生产批号",
    "生产日期",
    "保质期",
    "数量",
    "单位",
    "供货单位",
    "供货单位统一社会信用代码",
    "单号",
)
_GAPS = {
    "source_unknown": "来源不明 source unknown",
    "more_out_than_in": "出多于进 more out than in",
    "unanswered_dispatch": "发货没有人认 unanswered dispatch",
    "unanswered_receipt": "收货对方没有报 unanswered receipt",
    "date_unknown": "日期不明 date unknown",
}


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who acts in the demonstration: two keys, and what people may sign in with."""

    story: Story
    operator_key: str
    inspector_key: str
    password: str


@click.command(name="demo")
@click.option("--once", is_flag=True, help="End after the trace instead of serving on.")
def demo(once: bool) -> None:
    """Start everything, load the sample town, file a sheet, scan a picture, trace it."""
    try:
        _play(settings_of_this_process(), once=once)
    except Refusal as refusal:
        refuse(refusal)
    except KeyboardInterrupt:
        OUT.print("再见 · Goodbye")


def _play(settings: Settings, *, once: bool) -> None:
    found: list[Cast] = []
    began = time.monotonic()
    OUT.print("[bold]溯源 Suyuan[/]  启动数据库、队列，装入样例城镇 · starting, loading the town …")
    with running(
        settings,
        before_ready=lambda full: found.append(_prepare(full)),
        logs=settings.data / "logs",
    ) as it:
        cast = found[0]
        OUT.print(f"已就绪 · ready in {time.monotonic() - began:.1f} s\n")
        _file_a_sheet(it, cast)
        _scan_and_trace(it, cast)
        _say_where(it, cast)
        if not once:
            OUT.print("按 Ctrl-C 结束 · Ctrl-C ends it")
            it.watch()


def _prepare(settings: Settings) -> Cast:
    engine = engine_for(settings)
    shell = Shell(settings, engine, Redis.from_url(settings.redis_url))
    try:
        accepted, refused = town.load(shell)
        OUT.print(f"样例城镇 · sample town: {accepted} entries, {refused} refused by the rules")
        return _people(shell, town.story_of(shell))
    finally:
        engine.dispose()


def _people(shell: Shell, story: Story) -> Cast:
    """Sample accounts, the same at every start, and keys for this run."""
    password = hmac.digest(shell.settings.secret_key.encode(), b"demo", "sha256").hex()[:14]
    for name, role, uscc, shown in (
        ("dianzhu", Role.OPERATOR, story.shop_uscc, "店主"),
        ("pifa", Role.OPERATOR, story.wholesaler_uscc, story.wholesaler),
        ("zhifa", Role.INSPECTOR, "", "林执法"),
        ("dengji", Role.REGISTRAR, "", "陈登记"),
        ("guanli", Role.ADMIN, "", "管理员"),
        ("xinyong", Role.CREDIT, "", "信用管理员"),
        ("baosong", Role.AGENCY, _agency(shell, "samr"), "报送单位"),
        ("fenju", Role.INSPECTOR, _agency(shell, "samr.huli"), "湖里分局"),
    ):
        _account(shell, name, role, uscc, password, shown)
    with shell.unit() as uow:
        shop = subject_by_uscc(uow, story.shop_uscc)
        return Cast(
            story=story,
            password=password,
            operator_key=accounts.issue_key(
                uow, IssueKey(label="demo", role=Role.OPERATOR, operator_id=shop.id)
            ),
            inspector_key=accounts.issue_key(uow, IssueKey(label="demo", role=Role.INSPECTOR)),
        )


def _agency(shell: Shell, code: str) -> str:
    """The USCC of an agency: market supervision sends records, its branch opens Huli alone."""
    with shell.unit(read_only=True) as uow:
        return agency_by_code(uow, code).uscc


def _account(shell: Shell, name: str, role: Role, uscc: str, password: str, shown: str) -> None:
    try:
        with shell.unit() as uow:
            operator = subject_by_uscc(uow, uscc).id if uscc else None
            accounts.create_account(
                uow,
                CreateAccount(
                    sign_in_name=name,
                    password=password,
                    role=role,
                    name=shown,
                    operator_id=operator,
                ),
            )
    except Conflict:  # it is there from an earlier start
        return


def _ask(
    it: Running, key: str, path: str, body: bytes | None = None, kind: str = ""
) -> dict[str, Any]:
    """One call of the API as a machine makes it; a problem document is an answer too."""
    wanted = urllib.request.Request(it.address + path, data=body)  # noqa: S310 - our own address
    wanted.add_header("Authorization", f"Bearer {key}")
    if kind:
        wanted.add_header("Content-Type", kind)
    try:
        with urllib.request.urlopen(wanted, timeout=30) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as problem:
        found = json.load(problem)
    return found


def _form(field: str, name: str, content: bytes, kind: str) -> tuple[bytes, str]:
    """A multipart body with one file."""
    mark = uuid.uuid4().hex
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{mark}--\r\n".encode(), (
        f"multipart/form-data; boundary={mark}"
    )


def sheet_of(story: Story) -> bytes:
    """A receipt sheet as shops keep it: a merged title, full-width digits, a total, one bad row."""
    made = BytesIO()
    with Workbook(made, {"in_memory": True}) as book:
        # the same bytes at every start, so that a second start files nothing twice
        book.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001 - only a stamp
        sheet = book.add_worksheet("进货台账")
        sheet.merge_range(0, 0, 0, len(HEADER) - 1, "食品进货查验记录")
        sheet.write_row(1, 0, HEADER)
        ean = story.gtin[1:]
        wrong = ean[:-1] + str((int(ean[-1]) + 1) % 10)
        common = ("400 g", story.lot, "", "18个月")
        rows = [(ean, "２４", "罐"), (ean, "12", "罐"), (wrong, "6", "罐")]
        for index, (code, amount, unit) in enumerate(rows):
            sheet.write_row(
                2 + index,
                0,
                (
                    f"{story.sent_on:%Y年%m月%d日}",
                    "舒宁敏 蛋白固体饮料",
                    code,
                    *common,
                    amount,
                    unit,
                    story.wholesaler,
                    story.wholesaler_uscc,
                    f"PS-9{index:03d}",
                ),
            )
        sheet.write_row(2 + len(rows), 0, ("合计", "", "", "", "", "", "", 42))
    return made.getvalue()


def _file_a_sheet(it: Running, cast: Cast) -> None:
    OUT.rule("一 报送一张台账表 · file a ledger sheet")
    content = sheet_of(cast.story)
    path = _kept(it.settings, "进货台账.xlsx", content)
    sheet_kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    body, kind = _form("file", "ledger.xlsx", content, sheet_kind)
    sent = _ask(it, cast.operator_key, "/api/v1/filings/sheet", body, kind)
    upload = _finished(lambda: _ask(it, cast.operator_key, f"/api/v1/uploads/{sent['upload']}"))
    OUT.print(
        f"{path}\n状态 state {upload['state']} · 已入账 accepted {upload['accepted']} · "
        f"被拒 refused {upload['refused']}"
    )
    for each in upload.get("rows", []):
        OUT.print(f"  [red]{each['sheet']} {each['cell']}[/]  {each['detail']}")


def _finished(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    until = time.monotonic() + _UPLOAD_SECONDS_MAX
    while True:
        upload = look()
        if upload.get("state") in ("done", "refused") or time.monotonic() > until:
            return upload
        time.sleep(0.2)


def _kept(settings: Settings, name: str, content: bytes) -> Path:
    folder = settings.data / "demo"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)  # passwords and keys of the demonstration lie here
    path = folder / name
    path.write_bytes(content)
    return path


def _scan_and_trace(it: Running, cast: Cast) -> None:
    OUT.rule("二 扫一张条码图 · scan a picture")
    text = f"(01){cast.story.gtin}(10){cast.story.lot}"
    picture = symbol_png(Symbology.GS1_DATA_MATRIX, text, module_px=6)
    path = _kept(it.settings, "条码.png", picture)
    body, kind = _form("picture", "code.png", picture, "image/png")
    seen = _ask(it, cast.inspector_key, "/api/v1/codes/picture", body, kind)
    found = seen["symbols"][0]
    OUT.print(f"{path}\n{found['symbology']} → {found['text']}")
    for each in found["elements"]:
        OUT.print(f"  ({each['ai']}) {each['title']}  {each['value']}")
    OUT.rule("三 向下追踪，向上溯源 · trace it both ways")
    query = f"/api/v1/trace?code={cast.story.gtin}&lot={cast.story.lot}&direction="
    for direction, title in (("down", "向下追踪 downstream"), ("up", "向上溯源 upstream")):
        trace = _ask(it, cast.inspector_key, query + direction)
        OUT.print(tree_of(trace, f"{title}  {trace['root']['product']} {cast.story.lot}"))
        OUT.print(
            f"完整 complete {trace['complete']} · 持有者 holders {len(trace['holders'])} · "
            f"缺口 gaps {len(trace['gaps'])} · 用时 {trace['took_ms']} ms\n"
        )


def tree_of(trace: dict[str, Any], title: str) -> Tree:
    """The holders of a trace by lot, with what they received and still have, and the gaps."""
    tree = Tree(f"[bold]{title}[/]")
    branches: dict[str, Tree] = {}
    for holder in trace["holders"]:
        lot = holder["lot"]
        name = f"{lot.get('product', '')}  {lot.get('lot', '')}"
        if name not in branches:
            branches[name] = tree.add(name)
        branch = branches[name]
        unit = unit_named(holder["unit"]).zh
        got = holder["produced"] if holder["produced"] != "0" else holder["received"]
        branch.add(f"{holder['operator']['name']}  收 {got} · 存 {holder['on_hand']} {unit}")
    if trace["gaps"]:
        _add_gaps(tree.add("[yellow]缺口 gaps[/]"), trace)
    return tree


def _add_gaps(branch: Tree, trace: dict[str, Any]) -> None:
    names = {each["operator"]["id"]: each["operator"]["name"] for each in trace["holders"]}
    for gap in trace["gaps"]:
        who = names.get(str(gap["operator"]), gap["operator"])
        branch.add(f"{_GAPS[gap['kind']]}  {gap.get('quantity', '')}  {who}")


def _say_where(it: Running, cast: Cast) -> None:
    OUT.rule("四 自己试试 · try it yourself")
    OUT.print(f"网址 address   [bold]{it.address}[/]")
    OUT.print("登录 sign in   dianzhu 店主 · pifa 批发商 · zhifa 执法 · dengji 登记 · guanli 管理")
    OUT.print("               xinyong 信用管理 · baosong 报送单位（市场监管）· fenju 湖里分局")
    OUT.print(f"密码 password  [bold]{cast.password}[/]")
    OUT.print(f"条码 codes     {cast.story.gtin[1:]}   (01){cast.story.gtin}(10){cast.story.lot}")
    OUT.print(f"公开页 public  {it.address}/01/{cast.story.gtin}/10/{cast.story.lot}")
    OUT.print(f"接口 API       {it.address}/api/docs\n")
