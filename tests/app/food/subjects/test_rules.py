"""Subjects at the doors: who sees what?"""

from __future__ import annotations

import pytest

from app.food.subjects import rules
from ledger.kernel.actor import PUBLIC, Actor, Role
from ledger.subjects.terms import Subject, SubjectSearch, SubjectStatus


def person(**changed):
    said = {
        "id": 7,
        "uscc": "",
        "name": "农户张三",
        "kinds": (),
        "division": "",
        "address": "某村1号",
        "contact": "张三 13800001234",
        "phone": "13800001234",
        "gln": "",
        "country": "",
        "status": SubjectStatus.ACTIVE,
        "registered": False,
    }
    return Subject(**{**said, **changed})


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13800001234", "138****1234"),
        ("电话 13800001234", "电话 138****1234"),
        ("0592-1234567", "0592-123****"),
        ("", ""),
        ("0592", "0592"),
        ("13800001234、13900005678", "138****1234、139****5678"),
    ],
)
def test_a_telephone_number_shows_without_its_middle(text, masked):
    assert rules.masked_phone(text) == masked


@pytest.mark.parametrize(
    ("actor", "sees"),
    [
        (Actor(role=Role.REGISTRAR), True),
        (Actor(role=Role.INSPECTOR), True),
        (Actor(role=Role.ADMIN), True),
        (Actor(role=Role.OPERATOR, operator_id=7), True),
        (Actor(role=Role.CLERK, delegated=frozenset({7})), True),
        (Actor(role=Role.OPERATOR, operator_id=8), False),
        (Actor(role=Role.AGENCY), False),
        (PUBLIC, False),
    ],
)
def test_people_are_seen_by_those_who_work_with_them(actor, sees):
    seen = rules.shown(person(), actor)
    assert (seen.phone == "13800001234") is sees
    assert (seen.address == "某村1号") is sees
    assert (seen.contact == "张三 13800001234") is sees
    assert (rules.searchable(SubjectSearch(), actor).registered is None) is actor.may(
        "subject.read"
    )


def test_a_registered_address_is_public_and_a_name_shows_its_first_character():
    seen = rules.shown(person(registered=True, contact="林小姐"), PUBLIC)
    assert (seen.address, seen.contact, seen.phone) == ("某村1号", "林**", "138****1234")
