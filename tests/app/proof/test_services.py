"""The log's key is made once, kept from others, and read from the environment where it is given."""

from __future__ import annotations

import stat
import threading
from dataclasses import replace

import pytest

from app.proof import errors, services
from app.settings import Settings, settings_from
from ledger.proof import errors as refusals
from ledger.proof.rules import keys
from ledger.proof.terms import Algorithm

LOG = keys.made_key("log.example.cn/book", bytes(range(32)))
WITNESS = keys.made_key("witness.example/w1", bytes([7]) * 32, Algorithm.COSIGNATURE)


@pytest.fixture
def chosen(tmp_path):
    return Settings(data=tmp_path / "data", public_url="https://suyuan.example.cn")


def test_the_first_use_makes_a_key_and_the_second_finds_it(chosen):
    first = services.log_key(chosen)
    assert services.log_key(chosen) == first
    assert first.verifier.name == "suyuan.example.cn/log"
    kept = chosen.data / "log_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [one.name for one in chosen.data.iterdir()] == ["log_key"]


def test_the_name_may_be_chosen_once(chosen):
    named = services.log_key(replace(chosen, log_name="xiamen.example/book"))
    assert named.verifier.name == "xiamen.example/book"
    assert services.log_key(replace(chosen, log_name="another")) == named


def test_of_many_first_uses_one_key_holds(chosen):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(services.log_key(chosen))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(keys.secret_text, found))) == 1


def test_the_environment_goes_first(chosen):
    assert services.log_key(replace(chosen, log_key=keys.secret_text(LOG))) == LOG
    assert not (chosen.data / "log_key").exists()


def test_settings_carry_the_key_to_children_and_show_it_to_nobody(tmp_path):
    text = keys.secret_text(LOG)
    environ = {"SUYUAN_DATA": str(tmp_path), "SUYUAN_LOG_KEY": text}
    found = settings_from(environ)
    assert services.log_key(settings_from(found.to_environ())) == LOG
    assert text not in repr(found)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused(chosen, mode):
    services.log_key(chosen)
    (chosen.data / "log_key").chmod(mode)
    with pytest.raises(errors.LogKeyExposed):
        services.log_key(chosen)


def test_a_key_of_the_other_kind_is_refused(chosen):
    with pytest.raises(errors.KeyOfOtherKind):
        services.log_key(replace(chosen, log_key=keys.secret_text(WITNESS)))
    with pytest.raises(errors.KeyOfOtherKind):
        services.witness_keys(replace(chosen, witness_keys=keys.vkey(LOG.verifier)))


def test_a_broken_key_is_refused_and_not_replaced(chosen):
    services.log_key(chosen)
    kept = chosen.data / "log_key"
    kept.write_text("")
    with pytest.raises(refusals.SigningKeyUnreadable):
        services.log_key(chosen)
    assert kept.read_text() == ""


def test_witnesses_are_named_by_commas(chosen):
    other = keys.made_key("witness.example/w2", bytes([8]) * 32, Algorithm.COSIGNATURE)
    text = f" {keys.vkey(WITNESS.verifier)} , {keys.vkey(other.verifier)},"
    found = services.witness_keys(replace(chosen, witness_keys=text))
    assert found == (WITNESS.verifier, other.verifier)
    assert services.witness_keys(chosen) == ()


def test_a_new_key_is_never_written_over_an_old_one(tmp_path):
    services.write_key(tmp_path / "key", LOG)
    with pytest.raises(errors.FileThere):
        services.write_key(tmp_path / "key", services.new_key("log.example.cn/book"))
    assert services.read_key(tmp_path / "key", Algorithm.ED25519) == LOG
    assert [one.name for one in tmp_path.iterdir()] == ["key"]
