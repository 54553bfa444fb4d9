"""Keys are read in one spelling, and a number that does not fit its key is said."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof import errors
from ledger.proof.rules import keys
from ledger.proof.terms import Algorithm

KEY = keys.made_key("log.example/suyuan", bytes(range(32)))
TEXT = keys.vkey(KEY.verifier)
NUMBER = KEY.verifier.key_id.hex()
PACKED = TEXT.split("+", 2)[2]

# the public key of the Go checksum database
KNOWN = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def test_the_key_of_another_log_is_read():
    assert keys.vkey(keys.parse_vkey(KNOWN)) == KNOWN


@given(st.binary(min_size=32, max_size=32), st.sampled_from(list(Algorithm)))
def test_a_key_is_read_back(seed, algorithm):
    key = keys.made_key("somebody.example", seed, algorithm)
    assert keys.parse_secret(keys.secret_text(key)) == key
    assert keys.parse_vkey(keys.vkey(key.verifier)) == key.verifier


def test_a_name_in_chinese_is_a_name():
    key = keys.made_key("厦门.example/溯源", bytes(32))
    assert keys.parse_vkey(keys.vkey(key.verifier)) == key.verifier


def test_the_same_key_is_another_for_a_witness():
    witness = keys.made_key("log.example/suyuan", bytes(range(32)), Algorithm.COSIGNATURE)
    assert witness.verifier.public == KEY.verifier.public
    assert witness.verifier.key_id != KEY.verifier.key_id


def test_a_secret_is_not_shown():
    assert "log.example/suyuan" in repr(KEY)
    assert KEY.seed.hex() not in repr(KEY)
    assert str(KEY.seed) not in repr(KEY)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\nb", "a\u3000b", "a\x7f", "x" * 201])
def test_names_that_would_not_come_back_are_refused(name):
    with pytest.raises(errors.KeyNameWrong):
        keys.made_key(name, bytes(32))


def packed(algorithm, length):
    return base64.b64encode(bytes([algorithm]) + bytes(length)).decode()


WRONG = {
    "": errors.VerifierKeyUnreadable,
    "name": errors.VerifierKeyUnreadable,
    f"+{NUMBER}+{PACKED}": errors.VerifierKeyUnreadable,
    f"a b+{NUMBER}+{PACKED}": errors.VerifierKeyUnreadable,
    f"log+{NUMBER.upper()}x+{PACKED}": errors.VerifierKeyUnreadable,
    f"log+{NUMBER[:7]}+{PACKED}": errors.VerifierKeyUnreadable,
    f"log+{NUMBER}+": errors.VerifierKeyUnreadable,
    f"log+{NUMBER}+!!!!": errors.VerifierKeyUnreadable,
    f"log+{NUMBER}+{PACKED[:-4]}": errors.VerifierKeyUnreadable,
    f"log+{NUMBER}+{PACKED}=": errors.VerifierKeyUnreadable,
    f"log+{NUMBER}+{packed(1, 31)}": errors.VerifierKeyUnreadable,
    f"log+{NUMBER}+{packed(1, 33)}": errors.VerifierKeyUnreadable,
    f"log+{NUMBER}+{packed(2, 32)}": errors.KeyAlgorithmUnknown,
    f"log+{NUMBER}+{packed(6, 1312)}": errors.KeyAlgorithmUnknown,
    TEXT.replace("log.", "lag."): errors.KeyNumberWrong,
    TEXT.replace(NUMBER, "00000000"): errors.KeyNumberWrong,
}


@pytest.mark.parametrize("text", WRONG)
def test_public_keys_that_are_none(text):
    with pytest.raises(WRONG[text]):
        keys.parse_vkey(text)


SECRET = keys.secret_text(KEY)
WRONG_SECRETS = {
    "": errors.SigningKeyUnreadable,
    TEXT: errors.SigningKeyUnreadable,
    SECRET.removeprefix("PRIVATE+KEY+"): errors.SigningKeyUnreadable,
    SECRET[:-4]: errors.SigningKeyUnreadable,
    SECRET.replace("log.", "lag."): errors.KeyNumberWrong,
    f"PRIVATE+KEY+log+{NUMBER}+{packed(2, 32)}": errors.KeyAlgorithmUnknown,
}


@pytest.mark.parametrize("text", WRONG_SECRETS)
def test_secret_keys_that_are_none_and_nothing_of_them_is_repeated(text):
    with pytest.raises(WRONG_SECRETS[text]) as caught:
        keys.parse_secret(text)
    assert SECRET.split("+", 4)[4] not in str(caught.value)
