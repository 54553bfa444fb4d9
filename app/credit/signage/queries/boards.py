"""What the signs of a scheme have in common, and which schemes have signs."""

from __future__ import annotations

from app.credit.ratings.queries import rating_schemes
from app.credit.scoring.terms import Scheme
from app.credit.signage import errors
from app.credit.signage.rules.faces import legend_of, look_of
from app.credit.signage.terms import FOOD, Board, ClassWords
from ledger.kernel.uow import UnitOfWork

_FOOD_WORDS = {
    "A": ("风险等级 A　低", "Risk grade A, low"),
    "B": ("风险等级 B　较低", "Risk grade B, fairly low"),
    "C": ("风险等级 C　较高", "Risk grade C, fairly high"),
    "D": ("风险等级 D　高", "Risk grade D, high"),
}


def boards(uow: UnitOfWork) -> tuple[Board, ...]:
    """All kinds of signs: food grades, and every public scheme in force whose objects carry one."""
    schemes = (view.scheme for view in rating_schemes(uow, uow.today))
    rated = (_rated(uow, scheme) for scheme in schemes if scheme.sign)
    return (_food(uow), *rated)


def board_of(uow: UnitOfWork, scheme: str) -> Board:
    """What the signs of a scheme have in common. Refuses: NothingToSign where it has none."""
    found = next((one for one in boards(uow) if one.scheme == scheme), None)
    if found is None:
        raise errors.NothingToSign(scheme=scheme)
    return found


def _food(uow: UnitOfWork) -> Board:
    classes = _classes(FOOD, tuple((code, *words) for code, words in _FOOD_WORDS.items()))
    return Board(
        scheme=FOOD,
        title=("食品安全公示牌", "Food safety sign"),
        office=uow.parameters.get("signage.office.food", uow.today),
        hotline=uow.parameters.get("signage.hotline.food", uow.today),
        classes=classes,
        legend=legend_of(FOOD, classes),
    )


def _rated(uow: UnitOfWork, scheme: Scheme) -> Board:
    said = tuple((one.code, one.title.zh, one.title.en) for one in scheme.classes)
    classes = _classes(scheme.code, said)
    return Board(
        scheme=scheme.code,
        title=(f"{scheme.title.zh}公示牌", scheme.title.en),
        office=scheme.source,
        hotline=uow.parameters.get("signage.hotline.other", uow.today),
        classes=classes,
        legend=legend_of(scheme.code, classes),
        persons=frozenset(one.name for one in scheme.kinds if one.keys.get("person", False)),
    )


def _classes(scheme: str, said: tuple[tuple[str, str, str], ...]) -> tuple[ClassWords, ...]:
    look = look_of(scheme, tuple(code for code, _, _ in said))
    return tuple(ClassWords(code=code, zh=zh, en=en, look=look) for code, zh, en in said)
