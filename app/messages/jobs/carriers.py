"""Who carries letters out of the house: mail, and what installed packages bring."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Iterator
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from importlib.metadata import EntryPoint, entry_points
from urllib.parse import unquote, urlsplit

from app.messages import errors
from app.messages.rules import guard
from app.messages.terms import MAIL, Carrier, Letter, Line
from app.settings import Settings

GROUP = "suyuan.carriers"
_TIMEOUT_S = 20
_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
_FOR_GOOD = range(500, 600)  # RFC 5321 4.2.1: the receiving side will not think again


def carriers(settings: Settings) -> dict[str, Carrier]:
    """The ways out of this installation by channel; mail where a mail server is set."""
    found: dict[str, Carrier] = {each.name: each.load()(settings) for each in _installed()}
    if settings.smtp_url:
        found[MAIL] = Mail(settings)
    return found


def _installed() -> Iterator[EntryPoint]:
    yield from entry_points(group=GROUP)


class Mail:
    """Letters by SMTP to the server of SUYUAN_SMTP_URL."""

    def __init__(self, settings: Settings) -> None:
        self._server = urlsplit(settings.smtp_url)
        host = urlsplit(settings.origin).hostname or "localhost"
        self._from = settings.mail_from or f"noreply@{host}"
        self._host = parseaddr(self._from)[1].rpartition("@")[2]

    def address(self, said: str) -> str:
        """A mail address. Raises AddressUnusable."""
        return guard.mail_address(said)

    @contextlib.contextmanager
    def open(self) -> Iterator[Line]:
        """A connection to the mail server. Raises CarrierSilent."""
        try:
            server = self._connected()
        except (OSError, smtplib.SMTPException) as problem:
            raise errors.CarrierSilent(why=_said(problem)) from problem
        try:
            yield _MailLine(server, self._from, self._host)
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _connected(self) -> smtplib.SMTP:
        parts = self._server
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        trusted = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=trusted)
        else:
            server = smtplib.SMTP(host, port, timeout=_TIMEOUT_S)
        try:
            if parts.scheme == "smtp":  # refused by the server: nothing is sent in the clear
                server.starttls(context=trusted)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


class _MailLine:
    """An open connection; after a refused letter it is used for the next one."""

    def __init__(self, server: smtplib.SMTP, sender: str, host: str) -> None:
        self._server, self._from, self._host = server, sender, host

    def carry(self, letter: Letter) -> None:
        """Send one letter. Raises AddressRefused or CarrierSilent."""
        try:
            self._server.send_message(self._mail(letter))
        except smtplib.SMTPRecipientsRefused as problem:
            code, said = next(iter(problem.recipients.values()))
            raise self._refused(code, said) from problem
        except smtplib.SMTPResponseException as problem:
            raise self._refused(problem.smtp_code, problem.smtp_error) from problem
        except (OSError, smtplib.SMTPException) as problem:
            raise errors.CarrierSilent(why=_said(problem)) from problem

    def _refused(self, code: int, said: bytes | str) -> Exception:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._server.rset()
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        kind = errors.AddressRefused if code in _FOR_GOOD else errors.CarrierSilent
        return kind(why=f"{code} {text}"[:200])

    def _mail(self, letter: Letter) -> EmailMessage:
        mail = EmailMessage()
        name, address = parseaddr(self._from)
        mail["From"] = Address(name, addr_spec=address)
        mail["To"] = Address(addr_spec=letter.to)
        mail["Subject"] = " ".join(letter.title.split())
        mail["Date"] = formatdate(localtime=False)
        mail["Message-ID"] = f"<{letter.id}@{self._host}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = letter.language
        if letter.one_click:  # RFC 8058: one click in the mail program is enough
            mail["List-Unsubscribe"] = f"<{letter.one_click}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(letter.text)
        return mail


def _said(problem: BaseException) -> str:
    return f"{type(problem).__name__}: {problem}"[:200]
