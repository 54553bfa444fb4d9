"""What an installation may choose, read once from the environment and passed on as one value.

No other file reads the environment; processes started by this program get their settings back
through `Settings.to_environ`, so parent and child always agree.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ledger.kernel.errors import Invalid

PREFIX = "SUYUAN_"
_MIB = 1024 * 1024


class WrongSetting(Invalid):
    """A setting in the environment cannot be used; the parameters name the variable and why."""

    code = "settings.wrong_value"


def _workers_for_this_machine() -> int:
    """One sync worker per core and one more, between 2 and 9.

    Measured: two sync workers keep two cores busy beside PostgreSQL, threads halve database
    endpoints on Python 3.11; beyond nine PostgreSQL's connections become the limit.
    """
    return max(2, min(9, (os.cpu_count() or 1) + 1))


def _readers_for_this_machine() -> int:
    """One reader of a long file per core, up to four: beyond that PostgreSQL is the limit."""
    return max(1, min(4, os.cpu_count() or 1))


def _limit(default: int, least: int, most: int, reason: str) -> Any:
    """A whole-number setting with its bounds and the reason for its default."""
    return field(default=default, metadata={"least": least, "most": most, "reason": reason})


def _rate(default: str, reason: str) -> Any:
    """How often something may be asked, as Flask-Limiter reads it, and the reason why."""
    return field(default=default, metadata={"rate": True, "reason": reason})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every choice of an installation; a field `name` is the variable `SUYUAN_NAME`.

    Sizes are bytes, times are in the unit their name ends with. `database_url` is the owner of the
    tables and used by migrations; `app_database_url` may only read and add and is used by web and
    worker. Where they are empty the embedded services fill them in. `log_key` signs the log's
    checkpoints (else DATA/log_key, made on first use under `log_name`); `log_keys_before` are the
    public keys it had before, `witness_keys` those of its witnesses, separated by commas. Files lie
    in DATA/files, or where `blobs_url` says (`s3://bucket/prefix`) at `blobs_endpoint`.
    """

    data: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = _limit(8000, 0, 65535, "0 lets the system choose a free port; tests use that")
    database_url: str = ""
    app_database_url: str = ""
    redis_url: str = ""
    secret_key: str = field(default="", repr=False)
    backup_passphrase: str = field(default="", repr=False)
    metrics_token: str = field(default="", repr=False)
    replica_database_url: str = ""
    public_url: str = ""
    log_key: str = field(default="", repr=False)
    log_name: str = ""
    log_keys_before: str = ""
    witness_keys: str = ""
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    webhooks_inside: int = _limit(
        0, 0, 1, "1 lets webhooks stand in private networks and be called without https"
    )
    blobs_url: str = ""
    blobs_endpoint: str = ""
    blobs_region: str = ""
    blobs_key: str = ""
    blobs_secret: str = field(default="", repr=False)
    web_workers: int = field(
        default_factory=_workers_for_this_machine,
        metadata={"least": 1, "most": 64, "reason": "sync workers; see _workers_for_this_machine"},
    )
    job_workers: int = _limit(1, 0, 32, "one worker files about 35 small jobs a second")
    run_scheduler: int = _limit(1, 0, 1, "exactly one machine of an installation has 1")
    max_body_bytes: int = _limit(
        32 * _MIB, 1024, 1024 * _MIB, "a year's sheet of a supermarket is about 10 MiB"
    )
    max_upload_bytes: int = _limit(
        256 * _MIB, 1024, 2048 * _MIB, "a million rows as csv have 160 MiB; they go to disk"
    )
    max_blob_bytes: int = _limit(
        16 * _MIB, 1024, 1024 * _MIB, "a telephone's largest photograph; a scanned report of pages"
    )
    upload_rows_max: int = _limit(
        1_000_000, 1, 1_048_576, "a spreadsheet's own end; such a file takes a minute or two"
    )
    upload_readers: int = field(
        default_factory=_readers_for_this_machine,
        metadata={"least": 1, "most": 16, "reason": "processes that file one long sheet together"},
    )
    filing_entries_max: int = _limit(
        5_000, 1, 100_000, "one filing is one unit of work; longer ones hold locks over a second"
    )
    trace_rows_max: int = _limit(
        200_000, 1, 5_000_000, "the largest measured lots touch 20 000 entries; ten times that"
    )
    page_size_max: int = _limit(200, 1, 1_000, "a screen shows 20 to 50; exports have own doors")
    picture_pixels_max: int = _limit(
        40_000_000, 10_000, 200_000_000, "a 40-megapixel photograph decodes to 120 MB"
    )
    statement_timeout_ms: int = _limit(
        15_000, 100, 600_000, "no page needs more; a runaway query must not hold a worker"
    )
    slow_statement_ms: int = _limit(
        500, 1, 600_000, "a statement behind a page takes 1 to 20; from here on somebody waits"
    )
    replica_lag_seconds: int = _limit(
        10, 1, 3_600, "what a shop has just filed should be on its public page within a breath"
    )
    lock_timeout_ms: int = _limit(5_000, 100, 600_000, "waiting longer means a stuck writer")
    request_timeout_seconds: int = _limit(
        30, 1, 600, "a web worker that is silent for longer is replaced"
    )
    job_timeout_seconds: int = _limit(900, 1, 86_400, "the longest allowed sheet takes minutes")
    job_memory_mib: int = _limit(
        3_072, 512, 1_048_576, "of addresses; a full sheet, a million rows of 15, takes 1 800 MiB"
    )
    queue_length_max: int = _limit(
        10_000, 1, 1_000_000, "more waiting jobs than a worker clears in an hour: refuse new ones"
    )
    trusted_proxies: int = _limit(
        0, 0, 5, "how many proxies of ours stand before; more would let anybody claim an address"
    )
    rate_limit: str = _rate(
        "30000 per minute", "per account: a till scans ten times a second, a chain has fifty tills"
    )
    rate_limit_public: str = _rate(
        "6000 per minute", "per address: a mobile network puts thousands of phones behind one"
    )
    rate_limit_report: str = _rate("20 per hour", "per address: a school behind one, some times")
    rate_limit_picture: str = _rate(
        "20 per minute", "a person takes one every few seconds; a hard one keeps a core for 800 ms"
    )
    rate_limit_sign_in: str = _rate(
        "60 per minute", "per address: an office at nine o'clock; each attempt hashes for 60 ms"
    )
    database_pool_size: int = _limit(2, 1, 50, "a sync worker serves one request at a time")

    @property
    def origin(self) -> str:
        """The address people use, without a slash at its end."""
        return self.public_url or f"http://{_bracketed(self.host)}:{self.port}"

    def to_environ(self) -> dict[str, str]:
        """These settings as the variables that read back to them."""
        return {PREFIX + each.name.upper(): str(getattr(self, each.name)) for each in fields(self)}


def settings_from(environ: Mapping[str, str]) -> Settings:
    """The settings in `environ`; a missing secret key is made once and kept in the data folder.

    Raises:
        WrongSetting: a value cannot be used, or the data folder cannot hold the secret key.
    """
    found: dict[str, Any] = {}
    for each in fields(Settings):
        text = environ.get(PREFIX + each.name.upper(), "").strip()
        if text:
            found[each.name] = _value_of(each.name, text, each.metadata)
    settings = Settings(**found)
    data = Path(os.path.abspath(settings.data.expanduser()))  # noqa: PTH100 - keeps symbolic links
    changed: dict[str, Any] = {**found, "data": data}
    if not settings.secret_key:
        changed["secret_key"] = _kept_secret(data)
    if settings.database_url and not settings.app_database_url:
        changed["app_database_url"] = settings.database_url
    return Settings(**changed)


def settings_of_this_process() -> Settings:
    """The settings in the environment of this process."""
    return settings_from(os.environ)


def environ_for_child(settings: Settings) -> dict[str, str]:
    """The environment of a process that shall run with exactly these settings.

    The folder of this interpreter comes first on the path, so a child finds its siblings even
    where the virtual environment was never activated.
    """
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(PREFIX)}
    own_folder = str(Path(sys.executable).parent)
    path = os.pathsep.join([own_folder, inherited.get("PATH", os.defpath)])
    return {**inherited, **settings.to_environ(), "PATH": path}


def wants_no_colour() -> bool:
    """Whether the environment asks for output without colour (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def _value_of(name: str, text: str, metadata: Mapping[str, Any]) -> Any:
    reader = _READERS.get(name)
    if reader is not None:
        return reader(PREFIX + name.upper(), text)
    if "rate" in metadata:
        return _rate_limit(PREFIX + name.upper(), text)
    if "least" in metadata:
        return _whole_number(PREFIX + name.upper(), text, metadata["least"], metadata["most"])
    return text


def _whole_number(variable: str, text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise WrongSetting(
            variable=variable,
            value=text,
            zh=f"应为 {least} 到 {most} 之间的整数",
            en=f"it must be a whole number from {least} to {most}",
        )
    return number


def _rate_limit(variable: str, text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,8} per (second|minute|hour|day)", text):
        raise WrongSetting(
            variable=variable,
            value=text,
            zh="应写成 600 per minute 这样（second、minute、hour 或 day）",
            en="it must read like 600 per minute (or second, hour, day)",
        )
    return text


def _database(variable: str, text: str) -> str:
    """A SQLAlchemy address for psycopg2, whichever of the usual spellings was given."""
    scheme, mark, rest = text.partition("://")
    if not mark or scheme not in {"postgres", "postgresql", "postgresql+psycopg2"}:
        raise WrongSetting(
            variable=variable,
            value=scheme if mark else "",
            zh="应以 postgresql:// 开头",
            en="it must begin with postgresql://",
        )
    return f"postgresql+psycopg2://{rest}"


def _redis(variable: str, text: str) -> str:
    scheme = text.partition("://")[0]
    if scheme not in {"redis", "rediss", "unix"}:
        raise WrongSetting(
            variable=variable,
            value=scheme,
            zh="应以 redis://、rediss:// 或 unix:// 开头",
            en="it must begin with redis://, rediss:// or unix://",
        )
    return text


def _web_address(variable: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongSetting(
            variable=variable,
            value=text,
            zh="应为 http:// 或 https:// 开头的完整网址",
            en="it must be a full address beginning with http:// or https://",
        )
    return text.rstrip("/")


def _bucket(variable: str, text: str) -> str:
    if not re.fullmatch(r"s3://[^/\s]+(/.*)?", text):
        zh, en = "应写成 s3://存储桶/前缀", "it must read like s3://bucket/prefix"
        raise WrongSetting(variable=variable, value=text, zh=zh, en=en)
    return text


def _mail_server(variable: str, text: str) -> str:
    """Where letters are handed over: smtps:// is TLS from the first byte, smtp:// STARTTLS.

    smtp+plain:// is for a relay on the same machine: it sends in the clear.
    """
    try:
        parts = urlsplit(text)
        schemes = {"smtp", "smtps", "smtp+plain"}
        right = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise WrongSetting(
            variable=variable,
            value="…",
            zh="应写成 smtp://用户:密码@主机:587（STARTTLS）、smtps:// 或 smtp+plain://",
            en="it must read smtp://user:password@host:587 (STARTTLS), smtps:// or smtp+plain://",
        )
    return text


def _sender(variable: str, text: str) -> str:
    if not re.fullmatch(r"(?:[^<>@\r\n]{1,60} <)?[^<>@\s]+@[^<>@\s]+>?", text):
        raise WrongSetting(
            variable=variable,
            value=text,
            zh="应写成 noreply@example.cn 或 溯源 <noreply@example.cn>",
            en="it must read noreply@example.cn or Suyuan <noreply@example.cn>",
        )
    return text


def _secret(variable: str, text: str) -> str:
    if len(text) < _SECRET_LENGTH_MIN:
        raise WrongSetting(
            variable=variable,
            value="…",
            zh=f"至少需要 {_SECRET_LENGTH_MIN} 个字符",
            en=f"it needs at least {_SECRET_LENGTH_MIN} characters",
        )
    return text


def _folder(variable: str, text: str) -> Path:
    path = Path(text)
    if "\0" in text or path.is_file():
        raise WrongSetting(
            variable=variable, value=text, zh="应为文件夹的路径", en="it must be a folder"
        )
    return path


_SECRET_LENGTH_MIN = 16  # 128 bits as hexadecimal are 32; half of that is the least we sign with
_READERS: dict[str, Callable[[str, str], Any]] = {
    "data": _folder,
    "database_url": _database,
    "app_database_url": _database,
    "replica_database_url": _database,
    "redis_url": _redis,
    "public_url": _web_address,
    "smtp_url": _mail_server,
    "mail_from": _sender,
    "blobs_url": _bucket,
    "blobs_endpoint": _web_address,
    "secret_key": _secret,
    "metrics_token": _secret,
}


def _kept_secret(data: Path) -> str:
    """The secret of this data folder, made on first use and readable by its owner alone."""
    path = data / "secret_key"
    try:
        if not path.exists():
            _make_secret(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise WrongSetting(
            variable=PREFIX + "DATA",
            value=str(data),
            zh=f"无法在其中读写（{error.strerror}）",
            en=f"it cannot be read and written ({error.strerror})",
        ) from error


def _make_secret(path: Path) -> None:
    """Write a new secret so that of two first starts at once both end with the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_name(f"{path.name}.{os.getpid()}")
    own.touch(mode=0o600)
    own.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
    try:
        os.link(own, path)  # fails where another start was first; then its secret holds
    except FileExistsError:
        pass
    finally:
        own.unlink()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
