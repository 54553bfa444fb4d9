"""Social credit codes by the hundred thousand: which of them are surely right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ledger.kernel.identifiers.checks import USCC_ALPHABET, USCC_WEIGHTS
from ledger.kernel.identifiers.uscc import LENGTH

_WRONG = 255
_VALUES = np.full(256, _WRONG, np.uint8)
for _place, _char in enumerate(USCC_ALPHABET):
    _VALUES[ord(_char)] = _place
_BASE = len(USCC_ALPHABET)
_WEIGHTS = np.array(USCC_WEIGHTS, np.int32)


def surely_right(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of texts are USCCs in their stored spelling with a true check character.

    A text in another spelling is not among them and has to be read by itself.
    """
    joined = "".join(texts)
    if not joined.isascii() or list(map(len, texts)).count(LENGTH) != len(texts):
        fit = [text if len(text) == LENGTH and text.isascii() else " " * LENGTH for text in texts]
        joined = "".join(fit)
    if not joined:
        return np.zeros(len(texts), np.bool_)
    values = _VALUES[np.frombuffer(joined.encode("ascii"), np.uint8).reshape(-1, LENGTH)]
    division = values[:, 2:8]
    known = (values != _WRONG).all(axis=1) & (division <= 9).all(axis=1)
    total = values[:, :-1].astype(np.int32) @ _WEIGHTS
    found: npt.NDArray[np.bool_] = known & (values[:, -1] == (_BASE - total % _BASE) % _BASE)
    return found
