"""A real mail server on the loopback that keeps what it is given, with TLS where wanted."""

from __future__ import annotations

import contextlib
import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Postbox:
    """Keeps letters; ``answers`` are what the next ones are refused with."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.to: list[list[str]] = []
        self.answers: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        """Keep a letter, or refuse it."""
        if self.answers:
            return self.answers.pop(0)
        read = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        assert isinstance(read, EmailMessage)
        self.letters.append(read)
        self.to.append(list(envelope.rcpt_tos))
        return "250 kept"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Take everybody but who is nobody."""
        if address.startswith("nobody@"):
            return "550 no such person here"
        envelope.rcpt_tos.append(address)
        return "250 fine"


def said(letter: EmailMessage) -> str:
    """The words of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@contextlib.contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, at_once: bool = False) -> Iterator[Any]:
    """A server; (postbox, port). With ``tls`` it wants STARTTLS and a sign-in, or TLS at once."""
    postbox = Postbox()
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
    if tls is not None and at_once:
        options["ssl_context"] = tls
    elif tls is not None:
        options |= {"tls_context": tls, "require_starttls": True, "auth_required": True}
        options["authenticator"] = _known
    controller = _OnAnyPort(postbox, **options)
    controller.start()
    try:
        yield postbox, controller.port
    finally:
        controller.stop()


class _OnAnyPort(Controller):
    """A server on a port the system chooses."""

    def _trigger_server(self) -> None:
        """Call oneself once, as the server expects, where it has come to listen."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _known(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"us", b"pa:ss")
    return AuthResult(success=right, handled=right)  # not handled: the server itself says no


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine that nobody else signed, and the server's side of it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    public, both = folder / "public.pem", folder / "both.pem"
    public.write_bytes(made.public_bytes(pem))
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    both.write_bytes(secret + made.public_bytes(pem))
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(both)
    return public, served
