"""How the scores of a run are spread over classes and over the scale, and who moves."""

from __future__ import annotations

from collections import Counter

import numpy as np

from app.credit.scoring.terms import Distribution, Reckoned, Scheme

_TENTHS = 10


def distribution_of(scheme: Scheme, reckoned: Reckoned) -> Distribution:
    """How many objects each class has, and each tenth of the scale."""
    ranks = np.bincount(reckoned.adjusted_rank + 1, minlength=len(scheme.classes) + 1).tolist()
    span = max(scheme.most - scheme.least, 1)
    tenths = np.minimum((reckoned.points - scheme.least) * _TENTHS // span, _TENTHS - 1)
    return Distribution(
        kind=reckoned.objects.kind,
        classes={one.code: ranks[at + 1] for at, one in enumerate(scheme.classes)},
        unclassed=ranks[0],
        histogram=tuple(np.bincount(tenths, minlength=_TENTHS).tolist()),
    )


def moves_of(before: dict[int, str], after: dict[int, str]) -> Counter[tuple[str, str]]:
    """How many objects of both go from which class to which; "" is no class."""
    return Counter((code, after[at]) for at, code in before.items() if at in after)


def classes_of(scheme: Scheme, reckoned: Reckoned) -> dict[int, str]:
    """The adjusted class of each object by its id, "" for none."""
    codes = [*(one.code for one in scheme.classes), ""]
    return {
        at: codes[rank]
        for at, rank in zip(
            reckoned.objects.ids.tolist(), reckoned.adjusted_rank.tolist(), strict=True
        )
    }
