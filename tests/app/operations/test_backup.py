"""A town is backed up while filing goes on, and lives on elsewhere as it was."""

from __future__ import annotations

import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from conftest import NOW
from sqlalchemy import Engine, text
from support import filings
from support.accounts import PASSWORD, person, signed_in
from support.books import key_of_log
from support.filed_town import CAKE, CAKE_LOT, FiledTown, file_town
from support.papers import a_pdf

from app.blobs import services as blobs
from app.database import engine_for, owner_engine, revision_of
from app.factory import create_app
from app.operations import errors, services
from app.operations.services import keys as key_box
from app.operations.terms import Keys, Manifest
from app.settings import Settings
from app.sheets.files import place as place_of
from ledger.kernel import uow as units
from ledger.kernel.actor import SYSTEM
from ledger.proof.rules.keys import secret_text
from ledger.proof.services import seal_entries

DIGEST = "ab" * 32
SENT = os.urandom(1000) * 20_000  # more than two pieces


def quiet(_name: str, _rows: int) -> None:
    pass


@pytest.fixture
def source(
    fresh_settings: Settings, fresh_database: Engine, tmp_path: Path
) -> tuple[Settings, Engine, FiledTown]:
    """An installation with a town, an inspector, and a file that was sent in."""
    settings = replace(fresh_settings, data=tmp_path / "source")
    sent = place_of(settings.data, DIGEST)
    sent.parent.mkdir(parents=True)
    sent.write_bytes(SENT)
    sent.with_name("half.part").write_bytes(b"still arriving")
    with units.begin(fresh_database, actor=SYSTEM, now=NOW) as uow:
        town = file_town(uow)
        person(uow)
    return settings, fresh_database, town


@pytest.fixture
def elsewhere(new_database: Callable[[str], Settings], tmp_path: Path) -> Settings:
    """An empty installation with a data folder of its own."""
    made = replace(new_database("elsewhere"), data=tmp_path / "elsewhere", secret_key="b" * 40)
    made.data.mkdir()
    return made


@pytest.fixture
def owner_of() -> Iterator[Callable[[Settings], Engine]]:
    made: list[Engine] = []

    def one(settings: Settings) -> Engine:
        made.append(owner_engine(settings))
        return made[-1]

    yield one
    for each in made:
        each.dispose()


def back_up(settings: Settings, owner: Engine, place: Path, how: Keys = Keys.OUT) -> Manifest:
    return services.back_up(settings, owner, place, how=how, now=NOW, told=quiet)


def restore(settings: Settings, owner: Engine, place: Path, *, replacing: bool = False) -> Manifest:
    return services.restore(settings, owner, place, replacing=replacing, told=quiet)


def traced(settings: Settings, engine: Engine) -> dict[str, object]:
    """What an inspector who signs in there sees of the cakes."""
    app = create_app(settings, bind=engine, now=lambda: NOW)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.extensions["suyuan.limiter"].enabled = False
    answer = signed_in(app, "lin", PASSWORD).get(
        f"/api/v1/trace?code={CAKE}&lot={CAKE_LOT}&direction=both"
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, object] = answer.get_json()
    return {name: value for name, value in found.items() if name != "took_ms"}


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        names = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' "
                "AND relnamespace = 'public'::regnamespace"
            )
        ).all()
        return {n: connection.scalar(text(f'SELECT count(*) FROM "{n}"')) or 0 for n in names}


@pytest.mark.parametrize("name", ["today", "today.tar"])
def test_a_town_lives_on_elsewhere(source, elsewhere, owner_of, tmp_path, name) -> None:
    settings, engine, town = source
    place = tmp_path / name
    made = back_up(settings, owner_of(settings), place)
    restored = restore(elsewhere, owner_of(elsewhere), place)
    assert restored == made
    there = engine_for(elsewhere)
    assert counts(owner_of(elsewhere)) == counts(owner_of(settings))
    with_its_key = replace(elsewhere, secret_key=settings.secret_key)
    assert traced(with_its_key, there) == traced(settings, engine)
    assert place_of(elsewhere.data, DIGEST).read_bytes() == SENT
    assert [file.path for file in made.files] == [f"uploads/{DIGEST[:2]}/{DIGEST}"]
    with units.begin(there, actor=SYSTEM, now=NOW) as uow:
        last = uow.session.scalar(text("SELECT max(last_entry) FROM filing"))
        filed = filings.file(uow, town.ids["dairy"], filings.production())
        assert filed.accepted == 1
        assert uow.session.scalar(text("SELECT max(first_entry) FROM filing")) > last
    there.dispose()


def test_pictures_of_certificates_travel_with_the_town(
    source, elsewhere, owner_of, tmp_path
) -> None:
    settings, _engine, _town = source
    kept = blobs.put(settings, BytesIO(a_pdf()))
    made = back_up(settings, owner_of(settings), tmp_path / "with-papers.tar")
    assert f"files/{kept.sha256.hex()[:2]}/{kept.sha256.hex()}" in {it.path for it in made.files}
    restore(elsewhere, owner_of(elsewhere), tmp_path / "with-papers.tar")
    with blobs.opened(elsewhere, kept.sha256) as file:
        assert file.read() == a_pdf()


def test_a_backup_is_one_moment_while_filing_goes_on(source, elsewhere, owner_of, tmp_path) -> None:
    settings, engine, town = source
    stop, filed, begun = threading.Event(), [], threading.Event()

    def clerk() -> None:
        while not stop.is_set():
            with units.begin(engine, actor=SYSTEM, now=NOW) as uow:
                lines = [filings.production(quantity=str(n + 1)) for n in range(3)]
                filed.append(filings.file(uow, town.ids["dairy"], *lines))
            begun.set()

    thread = threading.Thread(target=clerk)
    thread.start()
    begun.wait(30)
    try:
        back_up(settings, owner_of(settings), tmp_path / "live")
    finally:
        stop.set()
        thread.join()
    restore(elsewhere, owner_of(elsewhere), tmp_path / "live")
    whole = text(
        "SELECT f.id, f.first_entry, count(DISTINCT e.id) AS found, f.accepted FROM filing f "
        "LEFT JOIN entry e ON e.id BETWEEN f.first_entry AND f.last_entry "
        "GROUP BY f.operator_id, f.id ORDER BY f.id"
    )
    with owner_of(elsewhere).connect() as there, engine.connect() as here:
        rows = there.execute(whole).all()
        assert [row for row in rows if row.found != row.accepted] == []
        assert set(rows) <= set(here.execute(whole).all())


def test_what_a_queue_had_taken_over_is_handed_over_again(
    source, elsewhere, owner_of, tmp_path
) -> None:
    settings, _engine, _town = source
    with owner_of(settings).begin() as connection:
        connection.execute(text("UPDATE outbox_fact SET sent_at = :now"), {"now": NOW})
    back_up(settings, owner_of(settings), tmp_path / "b")
    restore(elsewhere, owner_of(elsewhere), tmp_path / "b")
    with owner_of(elsewhere).connect() as connection:
        assert connection.scalar(text("SELECT count(sent_at) FROM outbox_fact")) == 0


def test_an_installation_in_use_is_not_restored_over(source, owner_of, tmp_path) -> None:
    settings, engine, town = source
    owner = owner_of(settings)
    back_up(settings, owner, tmp_path / "b")
    with units.begin(engine, actor=SYSTEM, now=NOW) as uow:
        filings.file(uow, town.ids["dairy"], filings.production())
    before = counts(owner)
    with pytest.raises(errors.NotEmpty):
        restore(settings, owner, tmp_path / "b")
    with engine.connect(), pytest.raises(errors.StillInUse):
        restore(settings, owner, tmp_path / "b", replacing=True)
    assert counts(owner) == before
    engine.dispose()
    made = restore(settings, owner, tmp_path / "b", replacing=True)
    assert sum(counts(owner).values()) == made.rows + 1  # and the schema's revision
    assert revision_of(owner) == made.revision


def test_a_broken_backup_is_named_and_changes_nothing(
    source, elsewhere, owner_of, tmp_path
) -> None:
    settings, _engine, _town = source
    place = tmp_path / "b"
    made = back_up(settings, owner_of(settings), place)
    before = counts(owner_of(elsewhere))
    part = next(t.parts[0] for t in made.tables if t.name == "entry_0000")
    path = place / part.name
    whole = path.read_bytes()
    for wrong in (whole[:-1], whole[:40] + bytes([whole[40] ^ 1]) + whole[41:], None):
        path.unlink(missing_ok=True)
        if wrong is not None:
            path.write_bytes(wrong)
        with pytest.raises(errors.BackupBroken) as refused:
            restore(elsewhere, owner_of(elsewhere), place)
        assert refused.value.params["part"] == part.name
    path.write_bytes(whole)
    manifest = json.loads((place / "manifest.json").read_bytes())
    for changed, refusal in (
        ({**manifest, "format": 99}, errors.UnknownFormat),
        ({**manifest, "revision": "9999"}, errors.UnknownFormat),
        ({**manifest, "tables": 7}, errors.NotABackup),
        ({**manifest, "files": [{**manifest["files"][0], "path": "../x"}]}, errors.BackupBroken),
        (_one_row_more(manifest), errors.BackupBroken),
    ):
        (place / "manifest.json").write_text(json.dumps(changed))
        with pytest.raises(refusal):
            restore(elsewhere, owner_of(elsewhere), place)
    assert counts(owner_of(elsewhere)) == before


def _one_row_more(manifest: dict) -> dict:
    tables = [
        {**table, "rows": table["rows"] + (table["name"] == "subject")}
        for table in manifest["tables"]
    ]
    return {**manifest, "tables": tables}


def test_an_unfinished_backup_is_none(source, owner_of, tmp_path, monkeypatch) -> None:
    settings, _engine, _town = source
    for name in ("b", "b.tar"):
        place = tmp_path / name

        def full(_name: str, _rows: int) -> None:
            raise OSError(28, "No space left on device")

        with pytest.raises(errors.BackupPlaceSilent):
            services.back_up(settings, owner_of(settings), place, how=Keys.OUT, now=NOW, told=full)
        assert sorted(p.name for p in tmp_path.iterdir()) == ["source"]
        with pytest.raises(errors.NotABackup):
            restore(settings, owner_of(settings), place)
    (tmp_path / "c.tar").write_bytes(b"no tar")
    with pytest.raises(errors.NotABackup):
        restore(settings, owner_of(settings), tmp_path / "c.tar")
    with tarfile.open(tmp_path / "d.tar", "w"):
        pass
    with pytest.raises(errors.NotABackup):
        restore(settings, owner_of(settings), tmp_path / "d.tar")


def test_nothing_is_written_over_and_all_is_private(source, owner_of, tmp_path) -> None:
    settings, _engine, _town = source
    for name in ("b", "b.tar"):
        back_up(settings, owner_of(settings), tmp_path / name, Keys.PLAIN)
        with pytest.raises(errors.BackupExists):
            back_up(settings, owner_of(settings), tmp_path / name)
    for path in (tmp_path / "b").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert (tmp_path / "b.tar").stat().st_mode & 0o777 == 0o600


def test_keys_travel_only_as_asked(source, elsewhere, owner_of, tmp_path) -> None:
    settings, _engine, _town = source
    (settings.data / "log_key").write_text("PRIVATE+KEY+1", "ascii")
    sealed = replace(settings, backup_passphrase="a long passphrase")
    owner, there = owner_of(settings), owner_of(elsewhere)
    with pytest.raises(errors.PassphraseMissing):
        back_up(settings, owner, tmp_path / "none", Keys.SEALED)
    back_up(sealed, owner, tmp_path / "sealed", Keys.SEALED)
    back_up(settings, owner, tmp_path / "out")
    assert not (tmp_path / "out" / "keys").exists()
    assert settings.secret_key not in (tmp_path / "sealed" / "keys").read_text()
    for passphrase, refusal in (("", errors.PassphraseMissing), ("x", errors.WrongPassphrase)):
        with pytest.raises(refusal):
            restore(replace(elsewhere, backup_passphrase=passphrase), there, tmp_path / "sealed")
    restore(replace(elsewhere, backup_passphrase="a long passphrase"), there, tmp_path / "sealed")
    for name in key_box.KEY_FILES:
        assert (elsewhere.data / name).stat().st_mode & 0o777 == 0o600
    assert (elsewhere.data / "secret_key").read_text().strip() == settings.secret_key
    assert (elsewhere.data / "log_key").read_text() == "PRIVATE+KEY+1"


def test_a_plain_key_part_that_names_other_files_is_refused() -> None:
    with pytest.raises(errors.NotABackup):
        key_box.unpacked(b'{"../../x": "y"}', Keys.PLAIN, "")


def test_a_store_without_a_ledger_is_not_backed_up(owner_database, tmp_path, settings) -> None:
    with owner_database.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(errors.NeverMigrated):
        back_up(settings, owner_database, tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_somebody_elses_database_is_not_taken(source, owner_database, owner_of, tmp_path) -> None:
    settings, _engine, _town = source
    back_up(settings, owner_database, tmp_path / "b")
    with owner_database.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(errors.NotEmpty):
        restore(settings, owner_database, tmp_path / "b")


def test_what_is_restored_is_what_was_sealed(source, elsewhere, owner_of, tmp_path) -> None:
    settings, engine, _town = source
    key = key_of_log()
    kept = settings.data / "log_key"
    kept.write_text(secret_text(key) + "\n", "ascii")
    with units.begin(engine, actor=SYSTEM, now=NOW) as uow:
        assert seal_entries(uow, key) is not None
    back_up(settings, owner_of(settings), tmp_path / "out")
    back_up(settings, owner_of(settings), tmp_path / "plain", Keys.PLAIN)
    there = owner_of(elsewhere)
    restore(elsewhere, there, tmp_path / "out")
    assert services.recheck_restored(elsewhere, there, lambda *_: None) is None  # no key here
    restore(elsewhere, there, tmp_path / "plain", replacing=True)
    found = services.recheck_restored(elsewhere, there, lambda *_: None)
    assert found is not None
    assert (found.findings, found.checkpoints, found.waiting) == ((), 1, 0)
    assert found.size > 0
    with there.begin() as connection:
        connection.execute(text("ALTER TABLE entry_0000 DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE entry_0000 SET qty = qty + 1 WHERE kind = 1"))
    wrong = services.recheck_restored(elsewhere, there, lambda *_: None)
    assert wrong is not None
    assert wrong.first is not None
