"""A no has a name, and the name has a sentence in each language."""

from __future__ import annotations

import re
import string

from support.sources import import_everything

from app.doors.refusals import OUTSIDE, texts
from ledger.kernel.errors import Refusal


def refusals():
    import_everything()
    waiting, found = [Refusal], []
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            found.append(one)
    return [one for one in found if one.__module__.split(".")[0] in ("app", "ledger", "scanner")]


def test_every_refusal_has_a_sentence_in_both_languages():
    missing = sorted(
        f"{one.code} {language}"
        for one in refusals()
        for language in ("zh", "en")
        if not texts().get(one.code, {}).get(language, "").strip()
    )
    assert missing == []


def test_sentences_end_like_sentences():
    wrong = [
        (code, language, said[language][-1])
        for code, said in texts().items()
        for language, ends in (("zh", "。！？”）…}"), ("en", ".!?”)…}"))
        if language in said and said[language][-1] not in ends
    ]
    assert wrong == []


def test_both_languages_tell_the_same_facts():
    def named(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    differ = {
        code
        for code, said in texts().items()
        if named(said.get("zh", "")) != named(said.get("en", ""))
    }
    assert differ - {"settings.wrong_value"} == set()  # says why in each language by itself


def test_one_code_is_one_refusal():
    codes = {}
    for one in refusals():
        if one not in OUTSIDE:
            codes.setdefault(one.code, set()).add(one)
    kinds = {kind.code for kind in OUTSIDE}
    assert {code: found for code, found in codes.items() if len(found) > 1} == {}
    assert set(codes) & kinds == set()


def test_codes_are_slice_and_situation():
    assert [
        one.code for one in refusals() if not re.fullmatch(r"[a-z][a-z_]*\.[a-z0-9_]+", one.code)
    ] == []


def test_every_refusal_is_of_one_of_the_eight_kinds():
    kinds = tuple(OUTSIDE)
    assert [one for one in refusals() if sum(issubclass(one, kind) for kind in kinds) != 1] == []


def test_every_refusal_says_what_it_is():
    assert [one for one in refusals() if not (one.__doc__ or "").strip()] == []
