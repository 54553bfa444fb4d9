"""The words of signs: what one says, how it stands, what its code claims; and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

LETTERS_OF_NUMBER = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: can be read out
NUMBER_LENGTH = 12  # 60 bits: at a thousand guesses a second, 36 million years for one of a million
REPLY_MAX = 300
GONE = "不再评定"  # why a sign ends whose object is no longer graded; shown to everybody
REASON_MAX = 200
FOOD = "food"  # the scheme code of signs that show the food risk grade
SUBJECT = "subject"  # the kind of object that is the subject itself


class SignState(StrEnum):
    """How a sign stands on a day."""

    LIVE = "live"
    REPLACED = "replaced"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Look(StrEnum):
    """How a class is drawn: a food grade's letter in its shape, stars, or its own words."""

    GRADE = "grade"
    STARS = "stars"
    WORD = "word"


class CodeState(StrEnum):
    """What the code that was scanned says of itself."""

    NONE = "none"  # the number was typed, or the link copied without the statement
    GENUINE = "genuine"
    FORGED = "forged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a sign is about: one object of a subject in one scheme."""

    subject_id: int
    scheme: str
    kind: str = SUBJECT
    object_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an object stands now, and what its sign must say of it; ``place`` is where it hangs."""

    held: Held
    version: str
    class_code: str
    run_id: int | None
    graded_on: date
    name: str
    number: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A sign as it was issued, and what became of it."""

    number: str
    held: Held
    version: str
    class_code: str
    run_id: int | None
    graded_on: date
    issued_at: datetime
    valid_until: date
    name: str
    object_number: str
    place: str
    replaced_by: str
    ended_at: datetime | None
    reason: str

    def state(self, today: date) -> SignState:
        """How it stands on a day; the last day of its time is one of its days."""
        if self.replaced_by:
            return SignState.REPLACED
        if self.ended_at is not None:
            return SignState.REVOKED
        return SignState.EXPIRED if today > self.valid_until else SignState.LIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What the code of a sign says was printed on it."""

    number: str
    class_code: str
    issued_on: date
    valid_until: date
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A claim as it was read from a code: of the place only a digest travels."""

    class_code: str
    issued_on: date
    valid_until: date
    place_digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What who holds a sign says of its grade."""

    id: int
    text: str
    said_at: datetime
    hidden_at: datetime | None
    hidden_why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What keeping the signs of a scheme came to."""

    issued: int
    replaced: int
    revoked: int
    same: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSigns:
    """Make the signs of a scheme say what is true now.

    Where the standings are ``whole``, signs of what is no longer among them are revoked.
    """

    scheme: str
    standings: tuple[Standing, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeSign:
    """An officer ends a sign; the reason is public."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewSign:
    """A sign is lost, stolen or worn: another takes its place, and the old one shows as such."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SayReply:
    """Who holds a sign says something of its grade; an empty text takes back what was said."""

    number: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HideReply:
    """An officer takes a reply off the page; the reason stays with it."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignsAsked:
    """Which signs are wanted; ``after`` is the number of the last one of the page before."""

    scheme: str = ""
    division: str = ""
    text: str = ""
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassWords:
    """A class of a scheme as it is read: its code, its words, how it is drawn."""

    code: str
    zh: str
    en: str
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line on a sign: its name in both languages, and what it is."""

    zh: str
    en: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the signs of a scheme have in common; ``classes`` stand from the best to the worst.

    ``persons`` are the kinds of objects that are persons.
    """

    scheme: str
    title: tuple[str, str]
    office: str
    hotline: str
    classes: tuple[ClassWords, ...]
    legend: str
    persons: frozenset[str] = frozenset()

    def words(self, code: str) -> ClassWords:
        """A class by its code; of no class, the words for not rated yet."""
        pending = ClassWords(code="", zh="待评定", en="Not graded yet", look=Look.WORD)
        return next((one for one in self.classes if one.code == code), pending)

    @property
    def stars(self) -> int:
        """How many stars there are at most."""
        return max((int(one.code) for one in self.classes if one.look is Look.STARS), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """How what a sign is about stands now; ``class_code`` is empty where it is not graded.

    ``lines`` are printed under the name, ``facts`` beside the day; ``why`` is the address of the
    page that explains the grade.
    """

    held: Held
    version: str
    class_code: str
    run_id: int | None
    graded_on: date | None
    name: str
    number: str
    place: str
    uscc: str
    kind: tuple[str, str]
    facts: tuple[Fact, ...]
    lines: tuple[str, ...]
    why: str
    points: str = ""

    @property
    def standing(self) -> Standing | None:
        """What a sign issued now would say; None where there is no grade to show."""
        if not self.class_code or self.graded_on is None:
            return None
        return Standing(
            held=self.held,
            version=self.version,
            class_code=self.class_code,
            run_id=self.run_id,
            graded_on=self.graded_on,
            name=self.name,
            number=self.number,
            place=self.place,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """All that is printed on a sign."""

    title: tuple[str, str]
    office: str
    name: str
    lines: tuple[str, ...]
    grade: ClassWords
    stars_most: int
    facts: tuple[Fact, Fact, Fact]
    address: str
    host: str
    number: str
    legend: str
    hotline: str
    code: tuple[tuple[bool, ...], ...]
