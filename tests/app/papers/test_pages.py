"""Anybody checks a paper by its number, and a copy by its bytes."""

from __future__ import annotations

import hashlib
import io

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from support import accounts as people
from support.issued import a_paper

from app.papers import services


@pytest.fixture
def issued(database, now):
    with people.house(database, now) as uow:
        return services.issue(uow, a_paper())


def hand_over(client, number, content):
    return client.post(f"/papers/{number}", data={"file": (io.BytesIO(content), "copy.pdf")})


def test_a_stranger_sees_what_was_issued_and_nothing_of_its_content(client, issued):
    page = client.get(f"/papers/{issued.number}").text
    assert issued.number in page
    assert "食品安全尽职查验卷宗" in page
    assert hashlib.sha256(issued.pdf).hexdigest() == issued.sha256
    assert issued.sha256 in page
    assert "绿野" not in page


def test_a_copy_is_the_same_or_not(client, issued):
    assert "一字不差" in hand_over(client, issued.number, issued.pdf).text
    changed = issued.pdf.replace(b"%PDF-1.", b"%PDF-2.", 1)
    assert "不是以此编号出具的那一份" in hand_over(client, issued.number, changed).text


def test_the_number_is_typed_in_any_case(client, issued):
    found = client.get("/papers/", query_string={"number": issued.number.lower()})
    assert found.status_code == 302
    assert issued.number in client.get(found.location).text


@pytest.mark.parametrize("number", ["SY-20261122-ABCDEFGH", "nonsense", "SY-20261122-ABCDEFGH%20x"])
def test_a_number_that_was_never_given_is_named(client, number):
    answer = client.get(f"/papers/{number}", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["code"]) == (404, "papers.unknown_paper")


def test_without_a_file_the_form_says_so(client, issued):
    answer = client.post(f"/papers/{issued.number}", data={})
    assert answer.status_code == 422
    assert "请选择要核对的 PDF 文件" in answer.text


def test_an_issued_paper_can_not_be_changed(database, issued):
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        database.begin_nested(),
    ):
        database.execute(text("UPDATE paper SET size = 1"))
