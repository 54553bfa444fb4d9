"""Files are kept once, whole or not at all, in a folder or in a real object store."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from support.papers import a_pdf, a_photo

from app.blobs import errors
from app.blobs import services as blobs
from app.blobs.objects import bucket_of
from app.blobs.terms import PICTURES
from app.settings import Settings, settings_from


@pytest.fixture(scope="module")
def object_server():
    """moto's server, which speaks S3 over HTTP, with one bucket."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", "")},
    )
    try:
        yield _with_a_bucket(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait(10)


def _with_a_bucket(address, server):
    for _ in range(200):
        assert server.poll() is None, "the object store did not start"
        try:
            asked = urllib.request.Request(f"{address}/papers", method="PUT")
            urllib.request.urlopen(asked, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return address
    raise AssertionError("the object store does not answer")


@pytest.fixture(params=["folder", "objects"])
def store(request, tmp_path):
    """Settings of both kinds of store."""
    if request.param == "folder":
        return Settings(data=tmp_path)
    address = request.getfixturevalue("object_server")
    return Settings(
        data=tmp_path,
        blobs_url=f"s3://papers/{tmp_path.name}",
        blobs_endpoint=address,
        blobs_region="us-east-1",
        blobs_key="key",
        blobs_secret="secret",
    )


def test_a_file_comes_back_as_it_was_sent(store):
    content = a_pdf()
    blob = blobs.put(store, BytesIO(content))
    assert (blob.sha256, blob.size) == (hashlib.sha256(content).digest(), len(content))
    assert blob.media_type == "application/pdf"
    with blobs.opened(store, blob.sha256) as kept:
        assert kept.read() == content


def test_the_same_content_is_kept_once(store):
    first = blobs.put(store, BytesIO(a_photo()))
    assert blobs.put(store, BytesIO(a_photo())) == first
    if not store.blobs_url:
        assert len([it for it in store.data.rglob("*") if it.is_file()]) == 1


def test_a_hash_of_nothing_kept_finds_nothing(store):
    with pytest.raises(errors.FileGone):
        blobs.opened(store, bytes(32))


def test_a_picture_has_one_that_may_be_shown_and_a_pdf_has_none(store):
    photo = blobs.put(store, BytesIO(a_photo()))
    shown = blobs.preview(store, photo)
    assert shown is not None
    assert shown.sha256 != photo.sha256
    with blobs.opened(store, shown.sha256) as kept:
        assert b"Telephone" not in kept.read()
    assert blobs.preview(store, blobs.put(store, BytesIO(a_pdf()))) is None


def test_what_is_too_large_or_wrong_is_not_kept(tmp_path):
    small = Settings(data=tmp_path, max_blob_bytes=1_024)
    with pytest.raises(errors.FileTooLarge):
        blobs.put(small, BytesIO(a_photo()))
    with pytest.raises(errors.FileKindRefused):
        blobs.put(small, BytesIO(b"<html>"))
    with pytest.raises(errors.FileKindRefused):
        blobs.put(small, BytesIO(a_pdf()), kinds=PICTURES)
    assert [it for it in tmp_path.rglob("*") if it.is_file()] == []


class BreakingOff(BytesIO):
    """A file whose last part never comes, from the second time it is read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.rounds = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self.rounds += offset == 0 and whence == 0
        return super().seek(offset, whence)

    def read(self, size: int | None = -1) -> bytes:
        if self.rounds > 3 and self.tell() > 0:
            raise OSError("the line broke")
        return super().read(16 if self.rounds > 3 else size)


def test_half_a_file_is_never_seen(tmp_path):
    settings = Settings(data=tmp_path)
    with pytest.raises(errors.BlobsSilent):
        blobs.put(settings, BreakingOff(a_pdf()))
    assert [it for it in tmp_path.rglob("*") if it.is_file()] == []
    with pytest.raises(errors.FileGone):
        blobs.opened(settings, hashlib.sha256(a_pdf()).digest())


def test_files_are_their_owners_alone(tmp_path):
    settings = Settings(data=tmp_path)
    blob = blobs.put(settings, BytesIO(a_pdf()))
    path = tmp_path / "files" / blob.sha256.hex()[:2] / blob.sha256.hex()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "files").write_text("in the way", "ascii")
    with pytest.raises(errors.BlobsSilent):
        blobs.put(Settings(data=tmp_path), BytesIO(a_pdf()))


def test_a_store_that_is_away_is_said(object_server, tmp_path):
    lost = Settings(
        data=tmp_path,
        blobs_url="s3://papers",
        blobs_endpoint="http://127.0.0.1:9",
        blobs_region="us-east-1",
        blobs_key="key",
        blobs_secret="secret",
    )
    with pytest.raises(errors.BlobsSilent):
        blobs.put(lost, BytesIO(a_pdf()))
    missing = replace(lost, blobs_endpoint=object_server, blobs_url="s3://no-such-bucket")
    with pytest.raises(errors.BlobsSilent):
        blobs.put(missing, BytesIO(a_pdf()))


def test_the_settings_name_the_bucket():
    found = settings_from(
        {
            "SUYUAN_DATA": str(Path(os.devnull).parent / "shm"),
            "SUYUAN_SECRET_KEY": "a-key-for-tests-only-0123456789abcdef",
            "SUYUAN_BLOBS_URL": "s3://papers/xiamen/",
        }
    )
    assert bucket_of(found).prefix == "xiamen/"
    assert bucket_of(replace(found, blobs_url="s3://papers")).prefix == ""
