"""Notes: signed, cosigned, read strictly; what is forged or broken has a name."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.proof import errors
from ledger.proof.rules import keys, note
from ledger.proof.terms import Algorithm, Signature, SignedNote

LOG = keys.made_key("log.example/suyuan", bytes(range(32)))
OTHER = keys.made_key("log.example/suyuan", bytes(32))
WITNESS = keys.made_key("witness.example/w1", bytes([7]) * 32, Algorithm.COSIGNATURE)
TEXT = "log.example/suyuan\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
SECONDS = 1_790_000_000


def signed(*signatures, text=TEXT):
    return note.format_note(SignedNote(text=text, signatures=signatures))


GOOD = signed(note.sign(TEXT, LOG))
LINE = GOOD.rsplit("\n\n", 1)[1]


def test_a_note_is_read_back_and_holds():
    found = note.parse_note(GOOD)
    assert found.text == TEXT
    assert note.format_note(found) == GOOD
    assert note.verify(found, LOG.verifier) is None


def test_a_witness_says_when_it_saw_the_checkpoint():
    found = note.parse_note(signed(note.sign(TEXT, LOG), note.cosign(TEXT, WITNESS, SECONDS)))
    assert note.verify(found, LOG.verifier) is None
    assert note.verify(found, WITNESS.verifier) == SECONDS


def test_c2sp_s_own_example_of_a_cosignature_is_read():
    whole = (
        "example.com/behind-the-sofa\n"
        "20852163\n"
        "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
        "\n"
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/"
        "Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX"
        "3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
    )
    found = note.parse_note(whole)
    assert note.format_note(found) == whole
    assert int.from_bytes(found.signatures[1].blob[:8], "big") == 1679315147


def test_signatures_by_unknown_keys_are_left_alone():
    strange = Signature(name="post.quantum", key_id=b"\x06\0\0\0", blob=bytes(2420))
    found = note.parse_note(signed(strange, note.sign(TEXT, LOG), note.sign(TEXT, OTHER)))
    note.verify(found, LOG.verifier)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1), st.integers(1, 16))
def test_any_text_may_be_signed_any_number_of_times(line, count):
    text = f"{line}\n\n— no signature\n{line}\n"
    whole = signed(*[note.sign(text, LOG)] * count, text=text)
    found = note.parse_note(whole)
    assert found.text == text
    note.verify(found, LOG.verifier)


def line_of(data, name="log.example/suyuan"):
    return f"— {name} {base64.b64encode(data).decode()}\n"


BROKEN = {
    "nothing": ("", errors.NoteNotEnded),
    "cut in the signature": (GOOD[:-10], errors.NoteNotEnded),
    "the last newline missing": (GOOD[:-1], errors.NoteNotEnded),
    "cut before the signature": (TEXT, errors.NoteUnsigned),
    "an empty line and nothing behind": (f"{TEXT}\n", errors.NoteUnsigned),
    "no empty line": (TEXT + LINE, errors.NoteUnsigned),
    "a carriage return": (GOOD.replace("\n", "\r\n"), errors.NoteControlCharacter),
    "a tab": (GOOD.replace("suyuan\n3", "suyuan\t\n3"), errors.NoteControlCharacter),
    "a zero byte": (GOOD.replace("3\n", "3\0\n", 1), errors.NoteControlCharacter),
    "a line that is no signature": (f"{GOOD}hello\n", errors.SignatureLineUnreadable),
    "a hyphen for the dash": (GOOD.replace("—", "-"), errors.SignatureLineUnreadable),
    "no name": (GOOD.replace("— log.example/suyuan", "— "), errors.SignatureLineUnreadable),
    "a plus in the name": (
        GOOD.replace("— log.example", "— log+example"),
        errors.SignatureLineUnreadable,
    ),
    "a wide space in the name": (
        GOOD.replace("— log.example", "— log\u3000example"),
        errors.SignatureLineUnreadable,
    ),
    "two spaces": (GOOD.replace("suyuan ", "suyuan  "), errors.SignatureLineUnreadable),
    "a space at the end": (GOOD[:-1] + " \n", errors.SignatureLineUnreadable),
    "no signature behind the name": (f"{TEXT}\n— log.example\n", errors.SignatureLineUnreadable),
    "bad base64": (GOOD.replace("=\n", "!\n", 2), errors.SignatureNotBase64),
    "base64 without its padding": (f"{TEXT}\n— a QUJDREU\n", errors.SignatureNotBase64),
    "base64 with spare bits": (f"{TEXT}\n— a QUJDREV=\n", errors.SignatureNotBase64),
    "base64 for addresses": (f"{TEXT}\n— a QUJD-_8=\n", errors.SignatureNotBase64),
    "only the key's number": (f"{TEXT}\n{line_of(bytes(4))}", errors.SignatureTooShort),
    "too many signatures": (f"{TEXT}\n{LINE * 101}", errors.TooManySignatures),
    "too long": (f"{'x' * note.NOTE_BYTES_MAX}\n\n{LINE}", errors.NoteTooLong),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_note_is_refused_by_its_name(how):
    whole, name = BROKEN[how]
    with pytest.raises(name):
        note.parse_note(whole)


def altered(signature, at=-1):
    data = bytearray(signature.blob)
    data[at] ^= 1
    return Signature(name=signature.name, key_id=signature.key_id, blob=bytes(data))


OWN = note.sign(TEXT, LOG)
WITNESSED = note.cosign(TEXT, WITNESS, SECONDS)
EARLIER = Signature(
    name=WITNESSED.name,
    key_id=WITNESSED.key_id,
    blob=(SECONDS - 1).to_bytes(8, "big") + WITNESSED.blob[8:],
)
FORGED = {
    "signed by another key of that name": ([note.sign(TEXT, OTHER)], errors.NotSignedByKey),
    "signed by nobody known": ([WITNESSED], errors.NotSignedByKey),
    "another key with our number": (
        [Signature(name=OWN.name, key_id=OWN.key_id, blob=note.sign(TEXT, OTHER).blob)],
        errors.SignatureWrong,
    ),
    "our signature under another name": (
        [Signature(name="log.example/other", key_id=OWN.key_id, blob=OWN.blob)],
        errors.NotSignedByKey,
    ),
    "our signature with another number": (
        [Signature(name=OWN.name, key_id=b"\0\0\0\0", blob=OWN.blob)],
        errors.NotSignedByKey,
    ),
    "one bit of the signature": ([altered(OWN)], errors.SignatureWrong),
    "a signature one byte short": (
        [Signature(name=OWN.name, key_id=OWN.key_id, blob=OWN.blob[:-1])],
        errors.SignatureWrong,
    ),
    "a signature one byte long": (
        [Signature(name=OWN.name, key_id=OWN.key_id, blob=OWN.blob + b"\0")],
        errors.SignatureWrong,
    ),
    "a signature of another text": (
        [note.sign(TEXT.replace("3", "4"), LOG)],
        errors.SignatureWrong,
    ),
    "a false line beside the true one": ([OWN, altered(OWN)], errors.SignatureWrong),
    "the true line beside a false one": ([altered(OWN), OWN], errors.SignatureWrong),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_note_is_refused_by_its_name(how):
    signatures, name = FORGED[how]
    with pytest.raises(name):
        note.verify(note.parse_note(signed(*signatures)), LOG.verifier)


FALSE_WITNESSES = {
    "another time": EARLIER,
    "a plain signature for a witness's": Signature(
        name=WITNESSED.name, key_id=WITNESSED.key_id, blob=note.sign(TEXT, WITNESS).blob
    ),
    "a time beyond all times": Signature(
        name=WITNESSED.name, key_id=WITNESSED.key_id, blob=b"\xff" * 8 + WITNESSED.blob[8:]
    ),
    "one bit": altered(WITNESSED),
    "too short": Signature(name=WITNESSED.name, key_id=WITNESSED.key_id, blob=WITNESSED.blob[:-1]),
}


@pytest.mark.parametrize("how", FALSE_WITNESSES)
def test_a_forged_cosignature_is_refused(how):
    with pytest.raises(errors.SignatureWrong):
        note.verify(note.parse_note(signed(FALSE_WITNESSES[how])), WITNESS.verifier)


@pytest.mark.parametrize("at", range(len(TEXT)))
def test_no_character_of_the_text_may_change(at):
    changed = TEXT[:at] + ("x" if TEXT[at] != "x" else "y") + TEXT[at + 1 :]
    if not changed.endswith("\n"):
        changed += "\n"
    with pytest.raises(errors.SignatureWrong):
        note.verify(SignedNote(text=changed, signatures=(OWN,)), LOG.verifier)


def test_what_could_not_be_read_is_not_signed():
    with pytest.raises(errors.NoteNotEnded):
        note.sign("no end", LOG)
    with pytest.raises(errors.NoteControlCharacter):
        note.cosign("a\tb\n", WITNESS, SECONDS)


def test_bytes_that_are_no_text():
    with pytest.raises(errors.NoteNotText):
        note.text_from(b"\xff\xfe")
    assert note.text_from("溯源\n".encode()) == "溯源\n"
