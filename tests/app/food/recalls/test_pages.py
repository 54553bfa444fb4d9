"""Pages of recalls: opened, run step by step, answered with and without account, read by all."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook
from support.accounts import house, person, signed_in
from support.named import a_gtin
from support.papers import a_photo
from support.recall_town import NOTICE, PLAN, a_notified_recall, a_town, an_opening, step

from app.food.recalls import services
from app.food.recalls.rules.links import link_text
from app.food.recalls.terms import Kind, Step
from ledger.kernel.actor import Role

KEY = "a-key-for-tests-only-0123456789abcdef"
CASE = re.compile(r"/recalls/cases/(\d+)$")


@pytest.fixture
def town(database, now):
    with house(database, now) as uow:
        made = a_town(uow)
        person(uow, "inspector", Role.INSPECTOR)
        person(uow, "shop", Role.OPERATOR, made.shop)
        person(uow, "dairy", Role.OPERATOR, made.dairy)
        person(uow, "corner", Role.OPERATOR, made.corner)
    return made


@pytest.fixture
def told(database, now, town):
    with house(database, now) as uow:
        return a_notified_recall(uow, town)


@pytest.fixture
def inspector(app, town):
    return signed_in(app, "inspector")


def text_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def gone_to(answer):
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)
    return answer.headers["Location"]


def a_link(database, now, found, holder):
    with house(database, now) as uow:
        return "/r/" + link_text(services.new_link(uow, found.id, holder), KEY)


def opening(town, **changed):
    said = {
        "lots": [str(town.lot)],
        "reason": "大肠菌群超标",
        "known_at": "2026-08-15T09:00",
        "level": "2",
        "hazard": "limit_exceeded",
        "found": "sampling",
        "kind": "recall",
    }
    return said | changed


# --- opening and running ---------------------------------------------------------------------


def test_an_inspector_opens_a_recall_from_a_trace_and_takes_it_to_the_notice(inspector, town):
    traced = text_of(inspector.get(f"/trace?code={a_gtin(1)}&lot=L1"))
    assert f"/recalls/new?lots={town.lot}" in traced
    assert "/recalls/new?product_id=" in text_of(inspector.get(f"/trace?code={a_gtin(1)}"))
    page = text_of(inspector.get(f"/recalls/new?lots={town.lot}"))
    assert "L1" in page
    case = gone_to(inspector.post("/recalls/new", data=opening(town)))
    shown = text_of(inspector.get(case))
    assert "二级召回" in shown
    assert "报告召回计划" in shown
    plan = text_of(inspector.get(f"{case}/steps/planned"))
    assert "大肠菌群超标" in plan  # begun with what the case knows
    assert "L1" in plan
    lacking = inspector.post(f"{case}/steps/planned", data={"items.producer": "云汀乳业"})
    assert "云汀乳业" in text_of(lacking, 422)
    items = {f"items.{name}": text for name, text in PLAN.items()}
    assert gone_to(inspector.post(f"{case}/steps/planned", data=items)) == case
    told = {f"items.{name}": text for name, text in NOTICE.items()}
    assert gone_to(inspector.post(f"{case}/steps/notified", data=told)) == case
    after = text_of(inspector.get(case))
    assert "从发出通知" in after
    assert "同意延期" in after
    no_ground = inspector.post(f"{case}/steps/extended", data={"days": "5"})
    assert "依据" in text_of(no_ground, 422)
    given = {"days": "5", "basis": "办法第十八条", "document": "延〔2026〕1 号"}
    assert gone_to(inspector.post(f"{case}/steps/extended", data=given)) == case
    assert "延〔2026〕1 号" in text_of(inspector.get(case))


def test_a_form_that_is_refused_keeps_what_was_typed(inspector, town):
    page = text_of(inspector.post("/recalls/new", data=opening(town, reason="")), 422)
    assert "没有写明召回原因" in page
    assert 'value="limit_exceeded" selected' in page
    late = opening(town, known_at="2031-01-01T00:00")
    assert "知悉时间不能晚于现在" in text_of(inspector.post("/recalls/new", data=late), 422)
    nothing = opening(town, lots=[])
    assert inspector.post("/recalls/new", data=nothing).status_code == 422
    assert "还没有选批次" in text_of(inspector.get("/recalls/new"))
    assert "L1" in text_of(inspector.get(f"/recalls/new?code={a_gtin(1)}&lot=L1"))


def test_a_producer_opens_its_own_and_closes_none(app, town):
    dairy = signed_in(app, "dairy")
    case = gone_to(dairy.post("/recalls/new", data=opening(town, found="own_check")))
    shown = text_of(dairy.get(case))
    assert "报告召回计划" in shown
    assert "责令召回" not in shown
    assert 'data-l="待交代"' in shown
    assert "第 2 层 ·" not in shown  # whom its customers sell to is their affair
    assert dairy.get(f"{case}/holders/{town.trader}").status_code == 200
    assert dairy.get(f"{case}/holders/{town.shop}").status_code == 404
    assert dairy.get(f"{case}/export.xlsx").status_code == 200
    foreign = signed_in(app, "shop").post("/recalls/new", data=opening(town))
    assert foreign.status_code == 403


def test_the_cockpit_names_holders_tiers_districts_and_derived_lots(inspector, told, town):
    page = text_of(inspector.get(f"/recalls/cases/{told.id}"))
    assert "持有者 5" in page
    assert "第 2 层" in page
    assert "思明区" in page
    assert "牛奶馒头" in page
    assert "占投料的" in page
    assert "召回有效率" in page
    assert "要交代的 860" in page
    unanswered = text_of(inspector.get(f"/recalls/cases/{told.id}?only=answered"))
    assert "没有这样的持有者" in unanswered
    tier = text_of(inspector.get(f"/recalls/cases/{told.id}?tier=1"))
    assert tier.count('data-l="待交代"') == 1
    named = text_of(inspector.get(f"/recalls/cases/{told.id}?text=老林"))
    assert "老林" in named
    assert "未登记" in named
    assert inspector.get(f"/recalls/cases/{told.id}?next=1,2").status_code == 404
    assert inspector.get("/recalls/cases/999999").status_code == 404


def test_the_list_is_filtered(inspector, told):
    assert told.number in text_of(inspector.get("/recalls/cases"))
    assert told.number not in text_of(inspector.get("/recalls/cases?open=false"))
    assert told.number in text_of(inspector.get("/recalls/cases?open=all&state=notified"))
    assert told.number not in text_of(inspector.get("/recalls/cases?drill=true"))
    assert told.number not in text_of(inspector.get(f"/recalls/cases?next={told.id}"))


def test_the_way_to_the_end_releases_the_lots(database, now, inspector, told, town):
    case = f"/recalls/cases/{told.id}"
    for name, said in (
        ("in_progress", {}),
        ("completed", {"note": "全部收回"}),
        ("disposed", {"method": "destroy_centrally", "place": "海沧", "at": "2026-08-15T12:00",
                      "reported_at": "2026-08-15T10:00"}),
        ("summarised", {}),
        ("closed", {"basis": "办法第三十二条", "document": "结〔2026〕1 号"}),
    ):  # fmt: skip
        answer = inspector.post(f"{case}/steps/{name}", data=said)
        assert gone_to(answer) == case, name
    assert "已解除锁定" in text_of(inspector.get(case))
    assert inspector.post(f"{case}/steps/closed", data={}).status_code == 409
    assert inspector.get(f"{case}/steps/closed").status_code == 409
    assert inspector.get(f"{case}/steps/nonsense").status_code == 409


def test_disposal_offers_only_what_the_hazard_allows(inspector, told):
    case = f"/recalls/cases/{told.id}"
    assert gone_to(inspector.post(f"{case}/steps/completed", data={})) == case
    page = text_of(inspector.get(f"{case}/steps/disposed"))
    assert 'value="harmless"' in page
    assert 'value="correct_label"' not in page


# --- papers ----------------------------------------------------------------------------------


def test_the_case_file_has_a_sheet_for_each_thing(inspector, told):
    answer = inspector.get(f"/recalls/cases/{told.id}/export.xlsx")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    assert book.sheet_names == ["概况", "持有者", "批次", "回报", "有效率", "经过"]
    rows = book.get_sheet_by_name("持有者").to_python()
    assert len(rows) == 1 + 7  # bakery and corner shop have milk and buns
    assert rows[0][0] == "持有者"
    assert told.number in [row[1] for row in book.get_sheet_by_name("概况").to_python()]


def test_plan_notice_and_report_are_numbered_papers(inspector, told):
    for kind in ("plan", "notice", "report"):
        answer = inspector.post(f"/recalls/cases/{told.id}/papers/{kind}")
        assert answer.status_code == 200
        assert answer.data.startswith(b"%PDF")
        number = re.search(r"(SY-\d{8}-\w+)\.pdf", answer.headers["Content-Disposition"])
        assert text_of(inspector.get(f"/papers/{number[1]}"))
    assert inspector.post(f"/recalls/cases/{told.id}/papers/poem").status_code == 404


def test_there_is_no_plan_before_it_was_reported(inspector, town):
    case = gone_to(inspector.post("/recalls/new", data=opening(town)))
    assert inspector.post(f"{case}/papers/plan").status_code == 409


# --- answers ---------------------------------------------------------------------------------


def test_a_holder_answers_signed_in(app, told, town):
    browser = signed_in(app, "shop")
    assert gone_to(browser.get(f"/recalls/{told.id}")) == f"/recalls/{told.id}/mine"
    assert f"/recalls/{told.id}/mine" in text_of(browser.get("/recalls/cases"))
    page = text_of(browser.get(f"/recalls/{told.id}/mine"))
    assert "现在就下架封存" in page
    assert "应还有 200" in page
    said = {"answer": "counted", "lot_id": str(town.lot), "quantity": "180", "unit": "EA",
            "remark": "冷柜里", "photo_1": (BytesIO(a_photo()), "1.jpg")}  # fmt: skip
    mine = gone_to(browser.post(f"/recalls/{told.id}/mine", data=said))
    shown = text_of(browser.get(mine))
    assert "冷柜里" in shown
    picture = re.search(rf"/recalls/{told.id}/mine/\d+/1", shown)[0]
    sent = browser.get(picture, buffered=True)
    assert sent.headers["Content-Type"] == "image/jpeg"
    empty = browser.post(f"/recalls/{told.id}/mine", data={"answer": "counted", "remark": "?"})
    assert "?" in text_of(empty, 422)
    other = signed_in(app, "corner")
    assert other.get(picture).status_code == 404
    case = f"/recalls/cases/{told.id}"
    assert gone_to(other.get(case)) == f"/recalls/{told.id}/mine"
    assert other.get(f"{case}/holders/{town.shop}").status_code == 404
    assert other.post(f"{case}/papers/report").status_code == 404


def test_an_official_sees_the_answer_and_puts_down_a_visit(app, inspector, told, town):
    shop = signed_in(app, "shop")
    said = {"answer": "sold_out", "photo_1": (BytesIO(a_photo()), "1.jpg")}
    gone_to(shop.post(f"/recalls/{told.id}/mine", data=said))
    holder = f"/recalls/cases/{told.id}/holders/{town.shop}"
    page = text_of(inspector.get(holder))
    assert "已经卖完" in page
    picture = re.search(rf"{holder}/pictures/\d+/1", page)[0]
    assert inspector.get(picture, buffered=True).data == a_photo()
    assert inspector.get(picture[:-1] + "2").status_code == 404
    visit = {"answer": "destroyed", "quantity": "3", "unit": "EA", "remark": "当面销毁"}
    stranger = f"/recalls/cases/{told.id}/holders/{town.stranger}"
    assert gone_to(inspector.post(stranger, data=visit)) == stranger
    assert "现场核查" in text_of(inspector.get(stranger))
    assert "已看，未回报" not in text_of(inspector.get(f"/recalls/cases/{told.id}?text=老林"))


def test_a_holder_answers_through_its_link_without_an_account(app, database, now, told, town):
    link = a_link(database, now, told, town.shop)
    browser = app.test_client()
    page = text_of(browser.get(link))
    assert "现在就下架封存" in page
    assert "应还有 200" in page
    assert 'enctype="multipart/form-data"' in page
    said = {"answer": "counted", "lot_id": str(town.lot), "quantity": "12", "unit": "EA",
            "photo_1": (BytesIO(a_photo()), "1.jpg")}  # fmt: skip
    assert gone_to(browser.post(f"{link}/answer", data=said)) == f"{link}#said"
    shown = text_of(browser.get(link))
    assert "清点封存" in shown
    picture = re.search(rf"{link}/pictures/\d+/1", shown)[0]
    assert browser.get(picture, buffered=True).data == a_photo()
    wrong = browser.post(f"{link}/answer", data={"answer": "counted", "remark": "等一下"})
    assert "等一下" in text_of(wrong, 422)
    assert text_of(browser.get(f"{link}/answer"))
    again = browser.post(f"{link}/answer", data={"answer": "returned", "quantity": "12"})
    assert again.status_code in (303, 422)


def test_links_that_are_guessed_or_have_run_out_are_refused_by_name(app, database, now, told, town):
    link = a_link(database, now, told, town.shop)
    browser = app.test_client()
    guessed = link[:-1] + ("0" if link[-1] != "0" else "1")
    for address in (guessed, f"{guessed}/answer", "/r/none"):
        assert "recalls.unknown_link" in text_of(browser.get(address), 404)
    refused = browser.post(f"{guessed}/answer", data={"answer": "sold_out"})
    assert refused.status_code == 404
    with house(database, now) as uow:
        row = uow.session.connection().exec_driver_sql(
            "UPDATE recall_notice SET issue = issue + 1 WHERE operator_id = %s", (town.shop,)
        )
        assert row.rowcount == 1
    assert "recalls.link_expired" in text_of(browser.get(link), 404)
    assert "recalls.link_expired" in text_of(browser.get(f"{link}/answer"), 404)


# --- what everybody may read -----------------------------------------------------------------


def test_everybody_reads_the_notice_the_list_and_the_feeds(app, told, town):
    browser = app.test_client()
    assert gone_to(browser.get(f"/recalls/{told.id}")) == f"/recalls/{told.number}"
    page = text_of(browser.get(f"/recalls/{told.number}"))
    assert "请不要食用" in page
    assert "duties 已写明" in page
    assert "2026-09-11" in page  # the last day, not the midnight after it
    assert "牛奶馒头" in page
    assert "持有" not in page
    assert "老林" not in page
    assert "<svg" in text_of(browser.get(f"/recalls/{told.number}/notice"))
    listed = text_of(browser.get("/recalls"))
    assert told.number in listed
    assert told.number in text_of(browser.get("/recalls?q=L1"))
    assert told.number in text_of(browser.get(f"/recalls?q={a_gtin(1)[1:]}"))
    assert "没有找到" in text_of(browser.get("/recalls?q=%25"))
    assert told.number not in text_of(browser.get("/recalls?ended=1"))
    atom = browser.get("/recalls/feed.atom")
    assert atom.headers["Content-Type"].startswith("application/atom+xml")
    space = {"a": "http://www.w3.org/2005/Atom"}
    entries = ET.fromstring(atom.data).findall("a:entry", space)
    assert [one.find("a:summary", space).text for one in entries] == ["大肠菌群超标"]
    said = json.loads(browser.get("/recalls/feed.json").data)
    assert said["version"] == "https://jsonfeed.org/version/1.1"
    assert said["items"][0]["_suyuan"]["number"] == told.number


def test_the_lot_and_its_product_say_that_it_is_recalled(app, told, town):
    browser = app.test_client()
    lot = text_of(browser.get(f"/01/{a_gtin(1)}/10/L1"))
    assert "正在召回" in lot
    assert f"/recalls/{told.number}" in lot
    assert "没有召回" not in lot
    product = text_of(browser.get(f"/01/{a_gtin(1)}"))
    assert "有批次正在召回" in product
    buns = text_of(browser.get(f"/01/{a_gtin(2)}/10/B1"))
    assert "用了被召回的原料" in buns
    said = browser.get(f"/01/{a_gtin(1)}/10/L1", headers={"Accept": "application/json"}).json
    assert said["recall"]["state"] == "recalled"
    assert said["recall"]["number"] == told.number
    eggs = text_of(browser.get(f"/01/{a_gtin(3)}/10/S9"))
    assert "没有召回" in eggs


def test_a_recall_that_has_ended_is_a_grey_line_for_thirty_days(app, database, now, told):
    with house(database, now) as uow:
        disposed = {"method": "harmless", "place": "海沧", "at": now, "reported_at": now}
        step(uow, told.id, Step.COMPLETED)
        from app.food.recalls.terms import Method

        step(uow, told.id, Step.DISPOSED, **(disposed | {"method": Method.HARMLESS}))
        step(uow, told.id, Step.SUMMARISED)
        step(uow, told.id, Step.CLOSED)
    browser = app.test_client()
    lot = text_of(browser.get(f"/01/{a_gtin(1)}/10/L1"))
    assert "曾召回" in lot
    assert "请不要食用" not in lot
    assert "结束" in text_of(browser.get(f"/recalls/{told.number}"))
    assert told.number in text_of(browser.get("/recalls?ended=1"))
    assert told.number not in text_of(browser.get("/recalls"))
    later = now - timedelta(days=31)
    with house(database, now) as uow:
        uow.session.connection().exec_driver_sql("UPDATE recall SET closed_at = %s", (later,))
    assert "曾召回" not in text_of(browser.get(f"/01/{a_gtin(1)}/10/L1"))


@pytest.mark.parametrize("changed", [{"is_drill": True}, {"kind": Kind.TAKE_BACK}])
def test_drills_and_withdrawals_are_no_public_matter(app, database, now, town, changed):
    with house(database, now) as uow:
        found = a_notified_recall(uow, town, **changed)
    browser = app.test_client()
    assert browser.get(f"/recalls/{found.number}").status_code == 404
    assert browser.get(f"/recalls/{found.id}").status_code == 404
    assert found.number not in text_of(browser.get("/recalls"))
    assert json.loads(browser.get("/recalls/feed.json").data)["items"] == []
    lot = text_of(browser.get(f"/01/{a_gtin(1)}/10/L1"))
    assert "正在召回" not in lot
    assert ("停止销售" in lot) is ("kind" in changed)


def test_a_drill_says_on_every_page_that_it_is_one(app, database, now, inspector, town):
    with house(database, now) as uow:
        found = services.open_recall(uow, an_opening(town, is_drill=True))
    for address in ("", "/steps/planned", f"/holders/{town.shop}"):
        assert "这是演练" in text_of(inspector.get(f"/recalls/cases/{found.id}{address}"))
    assert "演练" in text_of(inspector.get("/recalls/cases"))
    report = inspector.post(f"/recalls/cases/{found.id}/papers/report")
    assert report.status_code == 200
    assert signed_in(app, "shop").get(f"/recalls/{found.id}/mine").status_code == 404


def test_every_page_is_there_in_english(inspector, told, town):
    for address in ("/recalls/cases", f"/recalls/cases/{told.id}", f"/recalls/{told.number}",
                    "/recalls/new"):  # fmt: skip
        page = text_of(inspector.get(address, query_string={"lang": "en"}))
        assert "持有者" not in page
        assert "编号" not in page
