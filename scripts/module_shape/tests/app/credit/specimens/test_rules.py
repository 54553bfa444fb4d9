"""What a line must say."""

from __future__ import annotations

import pytest

from app.credit.specimens import errors, rules


@pytest.mark.parametrize(
    ("said", "kept"), [("好", "好"), ("  一 \n 二 ", "一 二"), ("长" * 1000, "长" * 1000)]
)
def test_loose_spaces_are_cut(said, kept):
    assert rules.clean_said(said) == kept


@pytest.mark.parametrize(
    ("said", "refusal"),
    [("", errors.NothingSaid), (" \n", errors.NothingSaid), ("长" * 1001, errors.TextTooLong)],
)
def test_what_is_no_line_is_refused(said, refusal):
    with pytest.raises(refusal):
        rules.clean_said(said)
