"""Decisions about subjects as pure functions: keys, licences, what a search means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from ledger.kernel.errors import Refusal
from ledger.kernel.identifiers import division, gln, licence, uscc
from ledger.kernel.identifiers.doubts import Doubt
from ledger.kernel.identifiers.spelling import fold
from ledger.kernel.names import fold_name, tidy
from ledger.subjects import errors
from ledger.subjects.terms import (
    Licence,
    LicenceKind,
    LicenceNamed,
    Party,
    PremisesNamed,
    RegisterSubject,
    Subject,
    SubjectKind,
)

# Food Safety Law Art. 35: producing needs SC, trading and catering JY, selling prepackaged food
# only a filing (YB), selling farm produce nothing. Art. 127 leaves small workshops, small catering
# and stalls to the provinces, whose papers stand in for each (LOCAL). QS is the SC of before 2018.
REQUIRED_LICENCES: dict[SubjectKind, frozenset[LicenceKind]] = {
    SubjectKind.PRODUCTION: frozenset({LicenceKind.SC, LicenceKind.QS, LicenceKind.LOCAL}),
    SubjectKind.DISTRIBUTION: frozenset({LicenceKind.JY, LicenceKind.YB, LicenceKind.LOCAL}),
    SubjectKind.CATERING: frozenset({LicenceKind.JY, LicenceKind.LOCAL}),
}
# Goods made on or after this day may not rest on a QS number (SAMR; end of the changeover).
QS_LAST_DAY = licence.QS_ENDED_ON


# Longer than any on a licence; names and contacts are keys, and an index holds 2,700 bytes.
LONGEST = {"name": 200, "contact": 200, "country": 60, "phone": 60, "address": 500}


def required_licences(kind: SubjectKind) -> frozenset[LicenceKind]:
    """The kinds of licence any one of which entitles to do this; empty when none is needed."""
    return REQUIRED_LICENCES.get(kind, frozenset())


def licence_in_force(licences: Iterable[Licence], kind: SubjectKind, on: date) -> Licence | None:
    """The licence that entitles to do this on a day, the one that lasts longest first."""
    wanted = required_licences(kind)
    held = [paper for paper in licences if paper.kind in wanted and _holds(paper, on)]
    return max(held, key=lambda paper: paper.valid_to or date.max, default=None)


def _holds(paper: Licence, on: date) -> bool:
    ended = paper.kind is LicenceKind.QS and on >= QS_LAST_DAY
    return paper.holds(on) and not ended


def lacks_licence(licences: Iterable[Licence], kind: SubjectKind, on: date) -> bool:
    """Whether doing this on that day needed a licence that is not on file as in force."""
    return bool(required_licences(kind)) and licence_in_force(licences, kind, on) is None


def party_key(name: str, contact: str) -> str:
    """What an unregistered party is recognised by: name and contact without spelling differences.

    Two farmers of one name are told apart by their contact, so it is part of the key.
    """
    return f"{fold_name(name).replace('|', '/')}|{fold_name(contact).replace('|', '/')}"


@dataclass(frozen=True, slots=True)
class NumberRead:
    """A licence number as it is stored, and what has to be compared with the paper by hand."""

    number: str
    doubts: tuple[Doubt, ...]


def licence_number(kind: LicenceKind, text: str) -> NumberRead:
    """Read a licence number; nothing about it is refused, doubts are kept (old papers err).

    The letters may be left out; provincial papers (LOCAL) have no common form.
    """
    if kind is LicenceKind.LOCAL:
        return NumberRead(" ".join(text.split()), ())
    number = fold(text)
    if number.isdigit():
        number = kind.value + number
    try:
        read = licence.parse_licence(number)
    except Refusal as refusal:
        return NumberRead(number, (_doubt(refusal),))
    if read.kind != kind.value:
        said = Doubt(code="subjects.licence_kind_differs", params={"kind": kind.value})
        return NumberRead(str(read), (said, *read.doubts))
    return NumberRead(str(read), read.doubts)


def _doubt(refusal: Refusal) -> Doubt:
    return Doubt(code=refusal.code, params={key: str(said) for key, said in refusal.params.items()})


def cleaned(command: RegisterSubject) -> RegisterSubject:
    """The command with every number in its stored spelling and names without loose spaces.

    Raises: the identifiers' refusals of USCC, GLN and division, NameMissing, KindMissing,
    LicenceNumberMissing, LicenceDatesReversed.
    """
    return replace(
        command,
        uscc=clean_uscc(command.uscc, "uscc"),
        name=clean_name(command.name, "name"),
        kinds=clean_kinds(command.kinds),
        division=clean_division(command.division, "division"),
        gln=clean_gln(command.gln, "gln"),
        address=clean_text(command.address, "address"),
        contact=clean_text(command.contact, "contact"),
        phone=clean_text(command.phone, "phone"),
        licences=clean_licences(command.licences),
        premises=clean_premises(command.premises),
    )


def clean_uscc(text: str, field: str) -> str:
    """A social credit code. Raises UsccUnreadable, UsccCharacter, UsccCheckCharacter."""
    return _named(field, lambda: str(uscc.parse_uscc(text)))


def _named(field: str, parse: Callable[[], str]) -> str:
    try:
        return parse()
    except Refusal as refusal:
        refusal.field = field
        raise


def clean_name(text: str, field: str) -> str:
    """A name with single spaces. Raises NameMissing, TextTooLong."""
    name = clean_text(text, field)
    if not name:
        raise errors.NameMissing(field=field)
    return name


def clean_text(text: str, field: str) -> str:
    """A text with single spaces and without what cannot be printed. Raises TextTooLong."""
    clean = tidy(text)
    if len(clean) > LONGEST[field.rsplit(".", 1)[-1]]:
        raise errors.TextTooLong(field=field, length=len(clean))
    return clean


def clean_kinds(kinds: Iterable[SubjectKind]) -> tuple[SubjectKind, ...]:
    """The kinds once each, in the order of the list. Raises KindMissing."""
    given = set(kinds)
    if not given:
        raise errors.KindMissing(field="kinds")
    return tuple(kind for kind in SubjectKind if kind in given)


def clean_division(text: str, field: str) -> str:
    """A division code or nothing. Raises DivisionUnreadable, UnknownProvince."""
    return _named(field, lambda: str(division.parse_division(text))) if text.strip() else ""


def clean_gln(text: str, field: str) -> str:
    """A location number or nothing. Raises GlnUnreadable, GlnCheckDigit."""
    return _named(field, lambda: str(gln.parse_gln(text))) if text.strip() else ""


def clean_licences(papers: Iterable[LicenceNamed]) -> tuple[LicenceNamed, ...]:
    """The licences with stored numbers. Raises LicenceNumberMissing, LicenceDatesReversed."""
    return tuple(_clean_licence(paper, f"licences.{at}") for at, paper in enumerate(papers))


def _clean_licence(paper: LicenceNamed, field: str) -> LicenceNamed:
    number = licence_number(paper.kind, paper.number).number
    if not number or number == paper.kind.value:
        raise errors.LicenceNumberMissing(field=f"{field}.number")
    if paper.valid_from and paper.valid_to and paper.valid_to < paper.valid_from:
        raise errors.LicenceDatesReversed(field=f"{field}.valid_to", number=number)
    scope = tuple(dict.fromkeys(word.strip() for word in paper.scope if word.strip()))
    return replace(paper, number=number, scope=scope)


def clean_premises(places: Iterable[PremisesNamed]) -> tuple[PremisesNamed, ...]:
    """The places with stored numbers. Raises NameMissing and the refusals of GLN and division."""
    return tuple(
        PremisesNamed(
            name=clean_name(place.name, f"premises.{at}.name"),
            address=clean_text(place.address, f"premises.{at}.address"),
            division=clean_division(place.division, f"premises.{at}.division"),
            gln=clean_gln(place.gln, f"premises.{at}.gln"),
        )
        for at, place in enumerate(places)
    )


COMPARED = ("name", "kinds", "division", "address", "contact", "phone", "gln")


def differences(command: RegisterSubject, subject: Subject) -> tuple[str, ...]:
    """The fields in which a cleaned command says something else than is on file."""
    fields = [name for name in COMPARED if getattr(command, name) != getattr(subject, name)]
    if set(command.licences) != {as_named(paper) for paper in subject.licences}:
        fields.append("licences")
    places = {
        PremisesNamed(name=it.name, address=it.address, division=it.division, gln=it.gln)
        for it in subject.premises
    }
    if set(command.premises) != places:
        fields.append("premises")
    return tuple(fields)


def as_named(paper: Licence) -> LicenceNamed:
    """A licence on file in the words it was registered with."""
    return LicenceNamed(
        kind=paper.kind,
        number=paper.number,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
        scope=paper.scope,
        revoked_on=paper.revoked_on,
    )


def locations_of(command: RegisterSubject) -> tuple[str, ...]:
    """Every location number a command gives to the subject and its premises."""
    given = (command.gln, *(place.gln for place in command.premises))
    return tuple(number for number in given if number)


class Sought(StrEnum):
    """What a search text turned out to be."""

    NOTHING = "nothing"
    USCC = "uscc"
    LICENCE = "licence"
    GLN = "gln"
    NAME = "name"


def what_is_sought(text: str) -> tuple[Sought, str]:
    """How a search text is to be looked up, and in which spelling."""
    folded = fold(text)
    if not folded:
        return Sought.NOTHING, ""
    if uscc.is_valid(text):
        return Sought.USCC, folded
    if gln.is_valid(text):
        return Sought.GLN, folded
    try:
        return Sought.LICENCE, str(licence.parse_licence(text))
    except Refusal:
        return Sought.NAME, text


def division_stem(code: str) -> str:
    """The leading digits shared by a division and everything below it."""
    code = fold(code)
    if code == division.NATION:
        return ""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if len(code) == division.COUNTY_LENGTH and code.endswith("00") else code


class NamedBy(StrEnum):
    """What a party is recognised by, the surest first."""

    CONSUMERS = "consumers"
    ID = "id"
    USCC = "uscc"
    GLN = "gln"
    NAME = "name"


def named_by(party: Party) -> tuple[NamedBy, str]:
    """What a party is looked up by, in its stored spelling.

    Raises: PartyUnnamed, TextTooLong and the identifiers' refusals of USCC and GLN.
    """
    if party.consumers:
        return NamedBy.CONSUMERS, ""
    if party.subject_id is not None:
        return NamedBy.ID, str(party.subject_id)
    if party.uscc.strip():
        return NamedBy.USCC, str(uscc.parse_uscc(party.uscc))
    if party.gln.strip():
        return NamedBy.GLN, str(gln.parse_gln(party.gln))
    if not fold_name(party.name):
        raise errors.PartyUnnamed
    name = clean_name(party.name, "name")
    for field in ("address", "country"):
        clean_text(getattr(party, field), field)
    return NamedBy.NAME, party_key(name, clean_text(party.contact, "contact"))
