"""What who scans a sign is shown, what its holder prints, what is open to all."""

from __future__ import annotations

import base64
import csv
import io
import json
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from support.accounts import signed_in

from app.credit.signage.rules import statements
from app.credit.signage.rules.faces import address_of


@pytest.fixture
def genuine(settings, sign):
    return address_of("", sign, statements.seed_of(settings.secret_key))


def shown(client, path):
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_a_food_sign_shows_grade_date_place_licence_and_who_to_call(client, sign, genuine):
    page = shown(client, genuine)
    for said in ("阿嬷杂货铺", "示例路 26 号", "JY13502030001236", "12315", "2026-08-15",
                 "是我们印的，没有改过", "上次检查", "投诉和举报"):  # fmt: skip
        assert said in page
    assert "林阿嬷" not in page


def test_a_code_with_an_altered_statement_is_called_forged(client, sign, genuine):
    end = "1" if genuine[-1] == "0" else "0"
    assert "这个二维码不是我们印的" in shown(client, genuine[:-1] + end)
    assert "这个二维码不是我们印的" in shown(client, f"/s/{sign.number}?c=%3Cscript%3E")
    assert "这个二维码不是我们印的" not in shown(client, f"/s/{sign.number}")


def test_a_guessed_number_and_a_mistyped_one_read_alike(client, sign):
    guessed = client.get("/s/000000000000")
    mistyped = client.get("/s/nonsense")
    assert (guessed.status_code, mistyped.status_code) == (404, 404)
    assert client.get("/api/v1/signs/000000000000").json["code"] == "signage.unknown_sign"
    assert client.get("/s/?number=8k2m").status_code == 302
    assert "查公示牌" in shown(client, "/s/")


def test_json_and_badge_carry_a_statement_that_can_be_checked(client, sign):
    found = client.get(f"/api/v1/signs/{sign.number}").json
    assert (found["state"], found["printed"]["code"]) == ("live", sign.class_code)
    key = base64.b64decode(client.get("/api/v1/signs/key").json["key"])
    said = found["statement"]
    assert statements.holds(said["text"], base64.b64decode(said["signature"]), key)
    badge = client.get(f"/s/{sign.number}/badge.svg")
    assert badge.headers["Cache-Control"] == "public, max-age=86400"
    assert badge.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "default-src 'none'" in badge.headers["Content-Security-Policy"]
    assert "state live" in badge.get_data(as_text=True)


def test_the_open_files_hold_every_public_sign_and_are_sent_once(client, sign):
    answer = client.get("/open/signs.csv")
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert "CC BY 4.0" in lines[0]
    (row,) = list(csv.DictReader(io.StringIO("\n".join(lines[1:]))))
    assert (row["name"], row["class"], row["state"]) == ("阿嬷杂货铺", sign.class_code, "live")
    again = client.get("/open/signs.csv", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    document = json.loads(client.get("/open/signs.json").data)
    assert document["licence"] == "CC BY 4.0"
    assert [one["place"] for one in document["signs"]] == ["示例路 26 号"]
    assert "开放数据" in shown(client, "/open")


def test_its_holder_prints_it_and_the_print_is_read_back(app, sign, genuine):
    holder = signed_in(app, "ama")
    assert "打印 A5" in shown(holder, "/signs/mine")
    for size, width in (("a5", 148), ("a4", 210)):
        pdf = holder.get(f"/signs/{sign.number}/sign.pdf?size={size}").data
        file = pypdfium2.PdfDocument(BytesIO(pdf))
        page = file[0]
        assert round(page.get_width() * 25.4 / 72) == width
        (code,) = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
        file.close()
        assert code.text.endswith(genuine)
    assert "<svg" in shown(holder, f"/signs/{sign.number}/print?size=a4")
    assert holder.get(f"/signs/{sign.number}/sign.svg").mimetype == "image/svg+xml"
    told = holder.post(f"/signs/{sign.number}/reply", data={"text": "欢迎监督"})
    assert told.status_code == 303
    assert "欢迎监督" in shown(app.test_client(), f"/s/{sign.number}")


def test_nobody_else_prints_it_or_speaks_for_it(app, client, sign):
    assert client.get(f"/signs/{sign.number}/sign.pdf").status_code == 401
    stranger = signed_in(app, "qita")
    assert stranger.get(f"/signs/{sign.number}/sign.pdf").status_code == 403
    assert stranger.post(f"/signs/{sign.number}/reply", data={"text": "x"}).status_code == 403


def test_an_officer_finds_prints_many_revokes_and_the_public_sees_why(app, client, sign):
    officer = signed_in(app, "xinyong")
    assert "阿嬷杂货铺" in shown(officer, "/signs")
    assert statements.grouped(sign.number) in shown(officer, f"/signs?q={sign.number}")
    assert officer.get("/signs/print.pdf?scheme=food").data.startswith(b"%PDF")
    assert officer.get("/signs/print.pdf?scheme=nothing").status_code == 404
    shown(officer, f"/signs/{sign.number}")
    refused = officer.post(f"/signs/{sign.number}/revoke", data={"reason": ""})
    assert refused.status_code == 422
    officer.post(f"/signs/{sign.number}/revoke", data={"reason": "出借他人"})
    page = shown(client, f"/s/{sign.number}")
    assert "这块牌已撤销" in page
    assert "出借他人" in page
    assert officer.get(f"/signs/{sign.number}/sign.pdf").status_code == 409
