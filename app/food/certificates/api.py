"""The API door of certificates."""

from __future__ import annotations

import json as text_json
from typing import Any

from flask import Response, g, request
from flask_smorest import Blueprint
from werkzeug.datastructures import FileStorage

from app.doors import files, http, texts
from app.doors.api import endpoint
from app.doors.errors import BodyUnreadable
from app.doors.web import loaded
from app.food.certificates import queries, services
from app.food.certificates.schemas import json
from app.food.certificates.terms import CertificateSent, FileSent, ThingsNamed
from ledger.certificates.queries import certificates_page
from ledger.certificates.services import withdraw_certificate
from ledger.certificates.terms import Certificate, CertificateSearch
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint(
    "certificates-api",
    __name__,
    url_prefix="/api/v1/certificates",
    description="Papers that vouch for lots, products, operators and premises",
)


def _document(uow: UnitOfWork, paper: Certificate) -> dict[str, Any]:
    return json.document(queries.shown(uow, [paper])[0])


@endpoint(
    blueprint,
    "",
    method="POST",
    loads=json.AddCertificateJson,
    needs="certificate.add",
    answers=json.CertificateJson,
    status=201,
)
def add(uow: UnitOfWork, sent: CertificateSent) -> dict[str, Any]:
    """Put a certificate on file, or in the place of another; files are base64 in the document.

    What it vouches for stands in ``about``; a replacement keeps what its forerunner was about.
    """
    return _document(uow, services.add(uow, sent, http.room().settings))


@endpoint(
    blueprint,
    "/scans",
    method="POST",
    loads=json.CertificatePages,
    location="files",
    needs="certificate.add",
    answers=json.CertificateJson,
    status=201,
)
def add_scan(uow: UnitOfWork, pages: dict[str, list[FileStorage]]) -> dict[str, Any]:
    """The same as multipart/form-data: each ``file`` is a page.

    Beside them the field ``certificate`` holds the document of POST /certificates as text.
    """
    form = loaded(json.CertificateScanForm, request.form.to_dict())
    sent: CertificateSent = loaded(json.AddCertificateJson, _said(form["certificate"]))
    beside = tuple(FileSent(content=one.stream, name=one.filename or "") for one in pages["file"])
    whole = sent.with_files(sent.files + beside)
    return _document(uow, services.add(uow, whole, http.room().settings))


def _said(document: str) -> dict[str, Any]:
    """A JSON document that came as text. Raises BodyUnreadable, TextUnusable."""
    texts.refuse_json(document.encode())
    try:
        said = text_json.loads(document)
    except (ValueError, RecursionError):
        raise BodyUnreadable from None
    if not isinstance(said, dict):
        raise BodyUnreadable
    return said


@endpoint(
    blueprint,
    "",
    loads=json.CertificatesQuery,
    location="query",
    needs="certificate.read",
    answers=json.CertificatesJson,
    audits="certificate.search",
)
def search(uow: UnitOfWork, sought: CertificateSearch) -> dict[str, Any]:
    """Certificates, the newest first: one's own, everybody's for inspectors and registrars."""
    g.audit_about = sought.text
    page = certificates_page(uow, sought)
    found = [json.document(one) for one in queries.shown(uow, page.items)]
    return {"items": found, "next": page.next}


@endpoint(
    blueprint,
    "/<int:certificate_id>",
    needs="certificate.read",
    answers=json.CertificateJson,
    audits="certificate.read",
)
def show(uow: UnitOfWork, certificate_id: int) -> dict[str, Any]:
    """One certificate: for its owner, for who has had a lot it vouches for, and for officials."""
    g.audit_about = f"certificate:{certificate_id}"
    return _document(uow, queries.one_seen(uow, certificate_id))


@endpoint(
    blueprint,
    "/<int:certificate_id>/files/<int:position>",
    needs="certificate.read",
    audits="certificate.read",
    content_type="application/octet-stream",
)
def file(uow: UnitOfWork, certificate_id: int, position: int) -> Response:
    """A file of a certificate as it was sent; positions count from one."""
    g.audit_about = f"certificate:{certificate_id}"
    kept = queries.file_of(queries.one_seen(uow, certificate_id), position)
    content = queries.content_of(http.room().settings, kept)
    return files.answer(content, kept.media_type, kept.name, size=kept.size)


@endpoint(
    blueprint,
    "/<int:certificate_id>/about",
    method="POST",
    loads=json.CertifiedThingsJson,
    needs="certificate.add",
    answers=json.CertificateJson,
)
def attach(uow: UnitOfWork, things: ThingsNamed, certificate_id: int) -> dict[str, Any]:
    """Let a certificate vouch for further things."""
    return _document(uow, services.attach(uow, certificate_id, things))


@endpoint(
    blueprint,
    "/<int:certificate_id>/withdrawal",
    method="POST",
    loads=json.WithdrawCertificateJson,
    needs="certificate.add",
    answers=json.CertificateJson,
)
def withdraw(uow: UnitOfWork, said: dict[str, str], certificate_id: int) -> dict[str, Any]:
    """Withdraw a certificate; it stays on file with the reason."""
    return _document(uow, withdraw_certificate(uow, json.withdrawing(said, certificate_id)))
