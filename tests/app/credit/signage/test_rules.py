"""Statements of codes, when a sign is due, and how it is laid out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.credit.signage.rules import badges, faces, keeping, layout, statements
from app.credit.signage.rules.layout import A4_OF_A5
from app.credit.signage.schemas import open_data
from app.credit.signage.terms import (
    LETTERS_OF_NUMBER,
    Board,
    Claim,
    ClassWords,
    CodeState,
    Fact,
    Held,
    Look,
    Present,
    Sign,
    SignState,
    Standing,
)
from app.papers.terms import Letters, Squares
from ledger.kernel.zone import SHANGHAI

SEED = statements.seed_of("a secret of tests")
PUBLIC = statements.public_key(SEED)
HELD = Held(subject_id=1, scheme="food", object_id=1)
FOOD_CLASSES = tuple(
    ClassWords(code=code, zh=f"风险等级 {code}", en=f"Grade {code}", look=Look.GRADE)
    for code in "ABCD"
)
STAR_CLASSES = tuple(
    ClassWords(code=str(n), zh=f"{n} 星", en=f"{n} stars", look=Look.STARS) for n in (3, 2, 1)
)
BOARD = Board(
    scheme="food",
    title=("食品安全公示牌", "Food safety sign"),
    office="某市市场监督管理局",
    hotline="12315",
    classes=FOOD_CLASSES,
    legend="A 低",
)


def a_sign(**changed):
    said = {
        "number": "8K2M4QTDXY7Z",
        "held": HELD,
        "version": "1",
        "class_code": "A",
        "run_id": 1,
        "graded_on": date(2026, 8, 1),
        "issued_at": datetime(2026, 8, 15, 23, 59, tzinfo=SHANGHAI),
        "valid_until": date(2027, 2, 28),
        "name": "阿嬷杂货铺",
        "object_number": "JY1",
        "place": "示例路 26 号",
        "replaced_by": "",
        "ended_at": None,
        "reason": "",
    }
    return Sign(**(said | changed))


def a_standing(**changed):
    said = {
        "held": HELD,
        "version": "1",
        "class_code": "A",
        "run_id": 2,
        "graded_on": date(2026, 9, 1),
        "name": "阿嬷杂货铺",
        "number": "JY1",
        "place": "示例路 26 号",
    }
    return Standing(**(said | changed))


def claim_of(sign):
    return faces.address_of("https://x.example", sign, SEED).partition("?c=")[2]


@given(
    st.text(LETTERS_OF_NUMBER, min_size=12, max_size=12),
    st.sampled_from(["A", "5", "AAA", "a_b-c+d"]),
    st.dates(date(2020, 1, 1), date(2199, 1, 1)),
    st.text(max_size=30),
)
def test_a_statement_is_read_back_and_every_other_text_is_not_ours(number, code, day, place):
    claim = Claim(number=number, class_code=code, issued_on=day, valid_until=day, place=place)
    text = statements.claim_text(claim, SEED)
    read = statements.read_claim(text.lower(), number, PUBLIC)
    assert read is not None
    assert (read.class_code, read.issued_on, read.valid_until) == (code, day, day)
    assert read.place_digest == statements.place_digest(place)
    other = text[:-1] + ("1" if text[-1] == "0" else "0")
    assert statements.read_claim(other, number, PUBLIC) is None
    assert statements.read_claim(text, number[::-1] + "0", PUBLIC) is None
    assert statements.read_claim(text, number, statements.public_key(bytes(32))) is None


@pytest.mark.parametrize("text", ["", "?", "A" * 400, "0", "1" * 130, "中文"])
def test_rubbish_is_no_statement(text):
    assert statements.read_claim(text, "8K2M4QTDXY7Z", PUBLIC) is None


def test_a_code_is_genuine_only_on_the_sign_it_was_printed_for():
    sign = a_sign()
    claim = claim_of(sign)
    assert statements.code_state(claim, sign, PUBLIC) is CodeState.GENUINE
    assert statements.code_state("", sign, PUBLIC) is CodeState.NONE
    for other in (
        a_sign(class_code="B"),
        a_sign(number="000000000000"),
        a_sign(place="别处"),
        a_sign(valid_until=date(2027, 3, 31)),
        a_sign(issued_at=datetime(2026, 8, 16, 0, 0, tzinfo=SHANGHAI)),
    ):
        assert statements.code_state(claim, other, PUBLIC) is CodeState.FORGED


def test_a_badge_carries_a_statement_that_ends_and_no_script():
    sign = a_sign()
    at = datetime(2026, 8, 15, 10, 30, tzinfo=SHANGHAI)
    said = statements.statement(sign, SignState.LIVE, "B", at=at, until=at.replace(day=16))
    signed = statements.signature(said, SEED)
    assert statements.holds(said, signed, PUBLIC)
    assert not statements.holds(said.replace("class-now B", "class-now A"), signed, PUBLIC)
    assert "expires 2026-08-16T10:30:00+08:00" in said
    for board, code in ((BOARD, "C"), (replace(BOARD, classes=STAR_CLASSES), "2"), (BOARD, "")):
        drawn = badges.badge(sign, SignState.REPLACED, board, code, said, signed)
        assert "此牌已换" in drawn
        assert "class-now B" in drawn
        assert "<script" not in drawn


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("8k2m-4qtd-xy7z", "8K2M4QTDXY7Z"),
        (" 8K2M 4QTD XY7Z ", "8K2M4QTDXY7Z"),
        ("oIl2-4qtd-xy7z", "01124QTDXY7Z"),
        ("8K2M4QTDXY7", None),
        ("8K2M4QTDXY7U", None),
        ("", None),
    ],
)
def test_a_number_is_read_as_people_type_it(typed, number):
    assert statements.read_number(typed) == number


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        (date(2026, 8, 15), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 31)),
        (date(2026, 6, 30), 6, date(2026, 12, 31)),
    ],
)
def test_a_sign_holds_to_the_end_of_a_month(issued, months, last):
    assert keeping.valid_until(issued, months) == last


def test_the_last_day_is_one_of_its_days_and_an_end_is_an_end():
    sign = a_sign()
    assert sign.state(date(2027, 2, 28)) is SignState.LIVE
    assert sign.state(date(2027, 3, 1)) is SignState.EXPIRED
    ended = a_sign(ended_at=sign.issued_at, reason="x")
    assert ended.state(date(2026, 8, 16)) is SignState.REVOKED
    assert replace(ended, replaced_by="1").state(date(2026, 8, 16)) is SignState.REPLACED


@pytest.mark.parametrize(
    ("changed", "today", "is_same"),
    [
        ({}, date(2026, 9, 1), True),
        ({}, date(2027, 1, 28), True),  # its last day is 31 days away
        ({}, date(2027, 1, 29), False),
        ({"class_code": "B"}, date(2026, 9, 1), False),
        ({"name": "新名"}, date(2026, 9, 1), False),
        ({"place": "新址"}, date(2026, 9, 1), False),
        ({"version": "2", "run_id": 9}, date(2026, 9, 1), True),
    ],
)
def test_a_sign_is_replaced_when_it_is_no_longer_true_or_nearly_over(changed, today, is_same):
    due = keeping.due({HELD: a_sign()}, [a_standing(**changed)], today, renew_days=30, whole=True)
    assert (due.same, len(due.instead)) == ((1, 0) if is_same else (0, 1))


def test_what_is_graded_no_more_loses_its_sign_only_when_all_were_asked():
    hanging = {HELD: a_sign()}
    today = date(2026, 9, 1)
    assert keeping.due(hanging, [], today, renew_days=30, whole=True).gone == [a_sign()]
    assert keeping.due(hanging, [], today, renew_days=30, whole=False).gone == []
    twice = [a_standing(), a_standing(class_code="B")]
    assert len(keeping.due({}, twice, today, renew_days=30, whole=True).new) == 1


def a_face(words, name="阿嬷杂货铺", **changed):
    present = Present(
        held=HELD,
        version="1",
        class_code=words.code,
        run_id=1,
        graded_on=date(2026, 8, 1),
        name=name,
        number="JY1",
        place="路",
        uscc="",
        kind=("店", "shop"),
        facts=(Fact(zh="上次检查", en="Last inspected", value="2026-08-01"),),
        lines=("许可证 JY1",),
        why="",
    )
    board = replace(BOARD, classes=(words,), **changed)
    sign = a_sign(class_code=words.code, name=name)
    return faces.face_of(sign, board, present, "https://x.example/s/1", ((True,),))


@pytest.mark.parametrize(
    "words",
    [
        *FOOD_CLASSES,
        ClassWords(code="", zh="待评定", en="none", look=Look.GRADE),
        STAR_CLASSES[0],
        ClassWords(code="AAA", zh="AAA 级", en="Class AAA", look=Look.WORD),
    ],
)
def test_every_look_fits_on_the_sheet_and_the_code_is_48_mm(words):
    for name in ("店", "厦门市思明区" + "很长的名称" * 20):
        drawing = layout.sheet(a_face(words, name, office="依据" * 60, title=("牌" * 40, "S" * 90)))
        (code,) = [one for one in drawing.shapes if isinstance(one, Squares)]
        assert code.side == 48
        for one in drawing.shapes:
            if isinstance(one, Letters):
                wide = layout.wide(one.text, one.size)
                start = one.x - {"start": 0, "middle": wide / 2, "end": wide}[one.anchor]
                assert start >= 5, one
                assert start + wide <= 144, one


def test_a4_is_the_same_sheet_larger_and_the_letter_is_read_at_three_metres():
    small = layout.sheet(a_face(FOOD_CLASSES[0]))
    large = layout.larger(small)
    assert (large.wide, large.high) == (210, 297)
    sizes = [one.size for one in small.shapes if isinstance(one, Letters) and one.text == "A"]
    assert sizes[0] * 25.4 / 72 * 0.73 > 25  # millimetres of the capital letter
    grown = [one.size for one in large.shapes if isinstance(one, Letters) and one.text == "A"]
    assert grown[0] == pytest.approx(sizes[0] * A4_OF_A5)


def test_only_food_grades_have_the_four_shapes():
    assert faces.look_of("food", ("A", "B", "C", "D")) is Look.GRADE
    assert faces.look_of("hair", ("A", "B", "C", "D")) is Look.WORD
    assert faces.look_of("stars", ("2", "1")) is Look.STARS
    assert BOARD.words("Z").zh == "待评定"
    assert faces.legend_of("food", FOOD_CLASSES).startswith("A 低")
    assert faces.legend_of("stars", STAR_CLASSES) == "3 星　2 星　1 星"
    assert [faces.masked(name) for name in ("林小雨", "", "欧阳 138")] == ["林××", "", "欧×"]


def test_the_open_files_name_no_person_and_lead_to_none():
    board = replace(BOARD, scheme="stars", classes=STAR_CLASSES, persons=frozenset({"agent"}))
    agent = a_sign(
        held=Held(subject_id=1, scheme="stars", kind="agent", object_id=7),
        class_code="3",
        name="林小雨",
        place="",
    )
    made_at = datetime(2026, 8, 20, tzinfo=SHANGHAI)
    for of in (open_data.csv_of, open_data.json_of):
        said = "".join(of([(agent,)], lambda _: board, made_at, "http://here"))
        assert "林××" in said
        assert "小雨" not in said
        assert "8K2M" not in said
