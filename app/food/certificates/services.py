"""What the doors do beyond one verb: files are kept first, then the certificate that names them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.blobs import services as blobs
from app.food.certificates import errors
from app.food.certificates.queries import targets_named
from app.food.certificates.terms import CertificateSent, FileSent, ThingsNamed
from app.messages import services as messages
from app.messages.terms import Tell
from app.settings import Settings
from ledger.certificates import services
from ledger.certificates.errors import TooManyFiles
from ledger.certificates.queries import certificate_by_id, public_by_default
from ledger.certificates.terms import FILES_MAX, AttachCertificate, Certificate, FileKept
from ledger.kernel.uow import UnitOfWork
from ledger.subjects.queries import subject_by_id, subject_by_uscc


def add(uow: UnitOfWork, sent: CertificateSent, settings: Settings) -> Certificate:
    """Keep the files and put the certificate on file.

    Refuses: OperatorMissing, what naming goods and ``app.blobs.services.put`` refuse, and what
    ``ledger.certificates.services.add_certificate`` refuses. Announces as that.
    """
    owner = owner_of(uow, sent)
    uow.actor.require("certificate.add")
    public = public_by_default(sent.said.kind) if sent.public is None else sent.public
    command = replace(
        sent.said,
        owner_id=owner,
        targets=targets_named(uow, sent.things, owner),
        public=public,
        files=kept(settings, sent.files),
    )
    return services.add_certificate(uow, command)


def attach(uow: UnitOfWork, certificate_id: int, things: ThingsNamed) -> Certificate:
    """Let a certificate vouch for further things.

    Refuses what naming goods refuses, and what ``attach_certificate`` of the ledger refuses.
    """
    owner = certificate_by_id(uow, certificate_id).owner_id
    command = AttachCertificate(
        certificate_id=certificate_id, targets=targets_named(uow, things, owner)
    )
    return services.attach_certificate(uow, command)


def owner_of(uow: UnitOfWork, sent: CertificateSent) -> int:
    """Whose certificate it is: who is named, else who it replaces, else the open book's operator.

    Raises OperatorMissing, UnknownUscc, UnknownCertificate.
    """
    if sent.operator.strip():
        return subject_by_uscc(uow, sent.operator).id
    if sent.said.replaces is not None:
        return certificate_by_id(uow, sent.said.replaces).owner_id
    if uow.actor.operator_id is None:
        raise errors.OperatorMissing(field="operator")
    return uow.actor.operator_id


def kept(settings: Settings, files: Iterable[FileSent]) -> tuple[FileKept, ...]:
    """Keep files and, of pictures, what everybody may be shown.

    Refuses: TooManyFiles, and what ``app.blobs.services.put`` refuses.
    """
    sent = tuple(files)
    if len(sent) > FILES_MAX:
        raise TooManyFiles(limit=FILES_MAX, field="files")
    return tuple(_kept(settings, file) for file in sent)


def _kept(settings: Settings, file: FileSent) -> FileKept:
    blob = blobs.put(settings, file.content)
    shown = blobs.preview(settings, blob)
    return FileKept(
        sha256=blob.sha256,
        size=blob.size,
        media_type=blob.media_type,
        name=file.name.replace("\\", "/").rpartition("/")[2],
        shown_sha256=shown.sha256 if shown else None,
        shown_size=shown.size if shown else 0,
    )


def tell_of_paper(uow: UnitOfWork, fact: str, said: Mapping[str, Any]) -> None:
    """Tell the owner of a paper what a fact about it says, and its customers, each once.

    The words are in ``app/locale/messages``: under the fact's name for the owner, under
    ``supplier.`` for who bought from it.
    """
    owner = int(said["owner_id"])
    customers = [one for one in said["operator_ids"] if one != owner]
    to_owner = _telling(fact, said)
    messages.tell(uow, to_owner)
    if customers:
        certificate = said.get("certificate_id")
        to_customers = replace(
            to_owner,
            kind=f"supplier.{fact.replace('.', '_')}",
            operator_ids=customers,
            params={**to_owner.params, "supplier": subject_by_id(uow, owner).name},
            link=f"/certificates/{certificate}/public" if certificate else to_owner.link,
            urgent=False,
        )
        messages.tell(uow, to_customers)


def _telling(fact: str, said: Mapping[str, Any]) -> Tell:
    """What the owner is told; ``days`` are said only while there are some left."""
    owner, certificate = int(said["owner_id"]), said.get("certificate_id")
    named = {name: said[name] for name in ("valid_to", "reason") if name in said}
    days = {"days": said["days"]} if fact.endswith(".expiring") else {}
    thing = f"certificate:{certificate}" if certificate else f"licence:{said['licence_id']}"
    return Tell(
        kind=fact,
        operator_ids=[owner],
        params={"about": {"zh": said["about"], "en": said["about_en"]}, **named, **days},
        link=f"/certificates/{certificate}" if certificate else f"/subjects/{owner}",
        about=thing,
        urgent=fact.endswith(".expired"),
        once_key=f"{fact}:{thing}:{said.get('valid_to', '')}:{said.get('days', '')}",
    )
