"""Files kept in an object store that speaks Amazon's S3: for installations of several machines.

The client is an extra (``pip install suyuan[objects]``): who keeps files in a folder, as most do,
is spared its thirty megabytes.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from app.blobs import errors

if TYPE_CHECKING:
    from app.settings import Settings

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_SECONDS = 10  # a store that is silent for longer keeps a web worker from everybody else


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the objects lie and how to get at them; an empty ``endpoint`` is Amazon's own."""

    name: str
    prefix: str
    endpoint: str
    region: str
    key: str
    secret: str = field(repr=False)


def bucket_of(settings: Settings) -> Bucket:
    """The bucket the settings name (SUYUAN_BLOBS_URL is ``s3://bucket/prefix``)."""
    parts = urlsplit(settings.blobs_url)
    prefix = parts.path.strip("/")
    return Bucket(
        name=parts.netloc,
        prefix=f"{prefix}/" if prefix else "",
        endpoint=settings.blobs_endpoint,
        region=settings.blobs_region,
        key=settings.blobs_key,
        secret=settings.blobs_secret,
    )


@lru_cache(maxsize=4)
def _client(bucket: Bucket) -> Any:
    import boto3  # noqa: PLC0415 - an extra, loaded by who keeps files there
    from botocore.config import Config  # noqa: PLC0415

    return boto3.session.Session().client(
        "s3",
        endpoint_url=bucket.endpoint or None,
        region_name=bucket.region or None,
        aws_access_key_id=bucket.key or None,
        aws_secret_access_key=bucket.secret or None,
        config=Config(
            connect_timeout=_SECONDS,
            read_timeout=_SECONDS,
            retries={"max_attempts": 2, "mode": "standard"},
            s3={"addressing_style": "path" if bucket.endpoint else "auto"},
        ),
    )


class ObjectStore:
    """A file is an object named after its hash; an object is there whole or not at all."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def _named(self, digest: str) -> dict[str, str]:
        return {"Bucket": self._bucket.name, "Key": f"{self._bucket.prefix}{digest[:2]}/{digest}"}

    def keep(self, digest: str, content: IO[bytes], size: int) -> None:
        """Keep what is read from ``content``; the store compares it with the hash.

        One that is there stays. Raises BlobsSilent.
        """
        if self._is_there(digest):
            return
        content.seek(0)
        with _answering():
            _client(self._bucket).put_object(
                **self._named(digest),
                Body=content,
                ContentLength=size,
                ChecksumSHA256=base64.b64encode(bytes.fromhex(digest)).decode("ascii"),
                ContentType="application/octet-stream",
            )

    def _is_there(self, digest: str) -> bool:
        try:
            with _answering():
                _client(self._bucket).head_object(**self._named(digest))
        except errors.FileGone:
            return False
        return True

    def opened(self, digest: str) -> BinaryIO:
        """The object of a hash, read as it comes. Raises FileGone, BlobsSilent."""
        with _answering():
            body: BinaryIO = _client(self._bucket).get_object(**self._named(digest))["Body"]
            return body
        raise AssertionError  # the block returns or raises


@contextmanager
def _answering() -> Iterator[None]:
    """What the client raises, as refusals."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see _client

    try:
        yield
    except ClientError as problem:
        if str(problem.response.get("Error", {}).get("Code")) in _MISSING:
            raise errors.FileGone from None
        raise errors.BlobsSilent from problem
    except BotoCoreError as problem:
        raise errors.BlobsSilent from problem
