"""Letters to a real mail server: confirmed addresses, one letter a day, repeated, given up."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from support import accounts as people
from support.mail import certificate, mail_server, said
from support.rooms import job_room

from app.messages import errors, queries, services
from app.messages.jobs import carriers, leaving
from app.messages.rules import times
from app.messages.rules.letters import CONFIRMS, STOPS, House
from app.messages.terms import AddAddress, Letter, Tell
from ledger.kernel import ids
from ledger.kernel.actor import Actor, Role

LETTER = Letter(
    id="abc",
    to="shop@example.cn",
    language="zh",
    title="召回：\r\n青团",
    text="好。\n",
    urgent=True,
)


@pytest.fixture
def server():
    with mail_server() as (postbox, port):
        postbox.port = port
        yield postbox


@pytest.fixture
def chosen(settings, server):
    from dataclasses import replace

    return replace(
        settings,
        smtp_url=f"smtp+plain://127.0.0.1:{server.port}",
        mail_from="溯源 <noreply@suyuan.example.cn>",
        public_url="https://suyuan.example.cn",
    )


@pytest.fixture
def at(chosen, database, now):
    """A job's room at so many minutes from now."""
    return lambda **later: job_room(chosen, database, now + timedelta(**later))


@pytest.fixture
def shop(database, now):
    with people.house(database, now) as uow:
        return people.subject(uow, "鹭江便利店")


@pytest.fixture
def owner(shop):
    return Actor(role=Role.OPERATOR, account_id=1, operator_id=shop)


def add(units_of, who, chosen, address="shop@Example.cn", language="zh"):
    with units_of(who) as uow:
        command = AddAddress(address=address, language=language)
        made = services.add_address(uow, command, carriers(chosen))
        services.confirm_address(uow, made)
        return made


def tell(units_of, who, **changed):
    words = {"product": "青团", "lot": "L1"}
    command = {"kind": "recall.closed", "params": words, "operator_ids": [who.operator_id]}
    with units_of(who) as uow:
        services.tell(uow, Tell(**command | changed))


def urgent(units_of, who, **changed):
    tell(units_of, who, urgent=True, link="/recalls/3", **changed)


# --- the address -------------------------------------------------------------------------------


def test_an_address_is_asked_before_anything_is_sent_to_it(units_of, owner, chosen, server, at):
    with units_of(owner) as uow:
        command = AddAddress(address="shop@Example.cn")
        made = services.add_address(uow, command, carriers(chosen))
        assert queries.addresses_of(uow)[0].confirmed_at is None
    urgent(units_of, owner)
    leaving.post(at())
    (letter,) = server.letters
    assert letter["To"] == "shop@example.cn"
    (token,) = re.findall(r"https://suyuan\.example\.cn/messages/confirm/(\w+)", said(letter))
    assert ids.parse_sealed_reference(CONFIRMS, token, chosen.secret_key) == made
    with units_of(owner) as uow:
        box = queries.inbox(uow, queries.boxes_of(owner), queries.InboxAsked())
        assert {one.link for one in box} == {"/messages/settings", "/recalls/3"}  # not the token
        services.confirm_address(uow, made)
    urgent(units_of, owner)
    leaving.post(at())
    assert len(server.letters) == 2


@pytest.mark.parametrize(
    "wrong", ["", "shop", "shop@", "@example.cn", "a b@example.cn", "a@b", "a@example.cn\r\nBcc: x"]
)
def test_what_is_no_address_is_refused(units_of, owner, chosen, wrong):
    with units_of(owner) as uow, pytest.raises(errors.AddressUnusable):
        services.add_address(uow, AddAddress(address=wrong), carriers(chosen))


def test_the_list_of_a_person_is_short_and_without_doubles(units_of, owner, chosen):
    with units_of(owner) as uow:
        ways = carriers(chosen)
        for number in range(3):
            services.add_address(uow, AddAddress(address=f"a{number}@example.cn"), ways)
        with pytest.raises(errors.AddressKnown):
            services.add_address(uow, AddAddress(address="a1@EXAMPLE.cn"), ways)
        with pytest.raises(errors.TooManyAddresses):
            services.add_address(uow, AddAddress(address="b@example.cn"), ways)
        with pytest.raises(errors.LanguageUnknown):
            services.add_address(uow, AddAddress(address="b@example.cn", language="fr"), ways)
        with pytest.raises(errors.ChannelMissing):
            services.add_address(uow, AddAddress(address="1", channel="pigeon"), ways)
        with pytest.raises(errors.ChannelMissing):
            services.add_address(uow, AddAddress(address="b@example.cn"), {})


def test_strangers_are_not_written_to_without_end(units_of, owner, chosen):
    with units_of(owner) as uow:
        for number in range(6):
            command = AddAddress(address=f"a{number}@example.cn")
            services.remove_address(uow, services.add_address(uow, command, carriers(chosen)))
        with pytest.raises(errors.TooManyTries):
            services.add_address(uow, AddAddress(address="b@example.cn"), carriers(chosen))


def test_an_office_reads_what_its_role_is_told(units_of, chosen, server, at):
    lin = Actor(role=Role.INSPECTOR, account_id=5)
    add(units_of, lin, chosen)
    with units_of(lin) as uow:
        params = {"product": "青团", "lot": "L1"}
        services.tell(
            uow, Tell(kind="recall.closed", params=params, role=Role.INSPECTOR, urgent=True)
        )
    leaving.post(at())
    assert "青团" in said(server.letters[-1])


def test_a_clerk_gets_only_its_own(units_of, chosen, shop, server, at):
    clerk = Actor(role=Role.CLERK, account_id=6, operator_id=shop, delegated=frozenset({shop}))
    add(units_of, clerk, chosen)
    leaving.post(at())
    urgent(units_of, clerk)
    leaving.post(at())
    assert len(server.letters) == 1  # the question alone


def test_a_closed_account_is_written_to_no_more(units_of, owner, chosen, server, at):
    add(units_of, owner, chosen)
    urgent(units_of, owner)
    with units_of(owner) as uow:
        services.forget_person(uow, 1)
    leaving.post(at())
    assert server.letters == []
    with units_of(owner) as uow:
        assert queries.addresses_of(uow) == []


def test_a_removed_address_is_forgotten(units_of, owner, chosen, server, at):
    made = add(units_of, owner, chosen)
    stranger = Actor(role=Role.INSPECTOR, account_id=77)
    with units_of(stranger) as uow, pytest.raises(errors.UnknownAddress):
        services.remove_address(uow, made)
    with units_of(owner) as uow:
        services.remove_address(uow, made)
        with pytest.raises(errors.UnknownAddress):
            queries.address_by_id(uow, made)
    leaving.post(at())
    assert server.letters == []


# --- letters -----------------------------------------------------------------------------------


def test_a_letter_is_in_the_readers_language_and_leads_to_the_page(
    units_of, owner, chosen, server, at
):
    add(units_of, owner, chosen, language="en")
    leaving.post(at())
    server.letters.clear()
    urgent(units_of, owner)
    leaving.post(at())
    (letter,) = server.letters
    assert letter["Subject"] == "Recall ended: 青团, lot L1"
    assert letter["From"] == "溯源 <noreply@suyuan.example.cn>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Unsubscribe"] is None
    assert letter["Message-ID"].endswith("@suyuan.example.cn>")
    assert "https://suyuan.example.cn/recalls/3" in said(letter)


def test_what_is_not_urgent_comes_once_a_day_and_can_be_stopped(
    units_of, owner, chosen, server, at
):
    made = add(units_of, owner, chosen)
    leaving.post(at())
    server.letters.clear()
    for number in range(3):
        tell(units_of, owner, params={"product": "青团", "lot": f"L{number}"})
    leaving.post(at())
    assert server.letters == []
    leaving.post(at(hours=22))  # 8:30 next morning
    (letter,) = server.letters
    assert letter["Subject"] == "召回结束：青团，批号 L0（共 3 条消息）"
    assert all(f"批号 L{number}" in said(letter) for number in range(3))
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (token,) = re.findall(r"/messages/stop/(\w+)>", letter["List-Unsubscribe"])
    assert ids.parse_sealed_reference(STOPS, token, chosen.secret_key) == made
    with units_of(owner) as uow:
        services.mute_address(uow, made, muted=True)
    tell(units_of, owner)
    urgent(units_of, owner)
    leaving.post(at(days=3))
    assert len(server.letters) == 2  # the urgent one


def test_a_flood_of_urgent_letters_becomes_one_an_hour(units_of, owner, chosen, server, at):
    add(units_of, owner, chosen)
    for minute in range(20):
        urgent(units_of, owner)
        leaving.post(at(minutes=minute))
    assert len(server.letters) == 20
    for minute in (20, 21, 22):
        urgent(units_of, owner)
        leaving.post(at(minutes=minute))
    assert len(server.letters) == 20
    leaving.post(at(minutes=81))
    assert len(server.letters) == 21
    assert "共 3 条" in server.letters[-1]["Subject"]


def test_a_letter_that_died_before_it_was_noted_comes_again_as_the_same(
    units_of, owner, chosen, server, at
):
    add(units_of, owner, chosen)
    room = at()
    house = House(origin=chosen.origin, key=chosen.secret_key)
    with room.unit() as uow:
        (taken,) = services.take_letters(uow, house, {"mail"})
    with carriers(chosen)["mail"].open() as line:
        line.carry(taken.letter)  # and then the process is gone
    urgent(units_of, owner)  # told meanwhile: it goes by itself
    leaving.post(at())
    assert len(server.letters) == 2
    leaving.post(at(minutes=6))
    assert len(server.letters) == 3
    first, own, again = (letter["Message-ID"] for letter in server.letters)
    assert first == again != own
    assert said(server.letters[0]) == said(server.letters[2])


def test_what_is_refused_for_a_while_is_tried_again_with_longer_pauses(
    units_of, owner, chosen, server, at
):
    add(units_of, owner, chosen)
    server.answers = ["451 busy", "421 later"]
    leaving.post(at())
    leaving.post(at(seconds=30))
    assert len(server.answers) == 1
    leaving.post(at(minutes=2))
    assert server.answers == []
    leaving.post(at(minutes=3))
    assert server.letters == []
    leaving.post(at(minutes=9))
    assert len(server.letters) == 1


def test_what_is_refused_for_good_is_given_up_and_shown(units_of, owner, chosen, server, at):
    add(units_of, owner, chosen, address="nobody@example.cn")
    leaving.post(at())
    with units_of(owner) as uow:
        assert queries.addresses_of(uow)[0].failed_at is not None
        assert queries.traffic(uow)["letters_waiting"] == 0
        assert queries.traffic(uow)["addresses_failing"] == 1


def test_a_silent_server_is_waited_out_and_then_given_up(
    units_of, owner, chosen, settings, database, now
):
    add(units_of, owner, chosen)
    for day in range(len(times.LETTER_PAUSES_MIN) + 1):
        silent = job_room(
            settings, database, now + timedelta(days=2 * day), smtp_url="smtp+plain://127.0.0.1:1"
        )
        leaving.post(silent)
        with silent.unit() as uow:
            left = queries.traffic(uow)["letters_waiting"]
        assert left == (1 if day < len(times.LETTER_PAUSES_MIN) else 0)


def test_one_refused_letter_does_not_keep_the_others(units_of, owner, chosen, server, at):
    add(units_of, owner, chosen, address="nobody@example.cn")
    add(units_of, owner, chosen, address="shop@example.cn")
    leaving.post(at())
    assert server.to == [["shop@example.cn"]]


# --- the way there -----------------------------------------------------------------------------


def carry(settings, url, letter=LETTER):
    from dataclasses import replace

    with carriers(replace(settings, smtp_url=url))["mail"].open() as line:
        line.carry(letter)


def test_starttls_with_a_sign_in(settings, tmp_path, monkeypatch):
    public, served = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    with mail_server(served) as (postbox, port):
        carry(settings, f"smtp://us:pa%3Ass@localhost:{port}")
        with pytest.raises(errors.CarrierSilent):
            carry(settings, f"smtp://us:wrong@localhost:{port}")
    assert [letter["Subject"] for letter in postbox.letters] == ["召回： 青团"]


def test_tls_from_the_first_byte(settings, tmp_path, monkeypatch):
    public, served = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    with mail_server(served, at_once=True) as (postbox, port):
        carry(settings, f"smtps://127.0.0.1:{port}")
    assert len(postbox.letters) == 1


def test_a_server_without_tls_gets_nothing_in_the_clear(settings, server):
    with pytest.raises(errors.CarrierSilent):
        carry(settings, f"smtp://127.0.0.1:{server.port}")
    assert server.letters == []


def test_a_certificate_nobody_trusts_is_refused(settings, tmp_path):
    _, served = certificate(tmp_path)
    with mail_server(served) as (postbox, port), pytest.raises(errors.CarrierSilent):
        carry(settings, f"smtp://us:pa%3Ass@localhost:{port}")
    assert postbox.letters == []


def test_a_package_may_bring_another_way(settings, tmp_path, monkeypatch):
    (tmp_path / "paper_way.py").write_text("def way(settings):\n    return 'way', settings.data\n")
    about = tmp_path / "paper_way-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: paper-way\nVersion: 1\n")
    (about / "entry_points.txt").write_text("[suyuan.carriers]\npaper = paper_way:way\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert carriers(settings) == {"paper": ("way", settings.data)}


@pytest.mark.parametrize("hours", [0, 7, 8, 12, 23])
def test_the_days_letter_leaves_at_its_hour(now, hours):
    moment = now.replace(hour=hours, minute=0)
    due = times.digest_at(moment, 8)
    assert due.hour == 8
    assert timedelta(0) < due - moment <= timedelta(days=1)
