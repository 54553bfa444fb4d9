"""Why a backup or a restore may refuse, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Forbidden, Invalid, Malformed, Unavailable


class MetricsClosed(Forbidden):
    """The figures are for this machine's own loopback, or for who has the token."""

    code = "operations.metrics_closed"


class BackupExists(Conflict):
    """There is something already where the backup should go; nothing is written over."""

    code = "operations.backup_exists"


class NeverMigrated(Conflict):
    """The database holds no ledger to back up."""

    code = "operations.never_migrated"


class NotABackup(Malformed):
    """There is no finished backup: nothing there, or no manifest that can be read."""

    code = "operations.not_a_backup"


class UnknownFormat(Invalid):
    """The backup was written by a later program than this one."""

    code = "operations.unknown_format"


class BackupBroken(Invalid):
    """A part of the backup is missing or not what the manifest says."""

    code = "operations.backup_broken"


class WrongPassphrase(Invalid):
    """The keys in the backup do not open with this passphrase."""

    code = "operations.wrong_passphrase"


class PassphraseMissing(Invalid):
    """Keys are to be sealed or opened and no passphrase is set."""

    code = "operations.passphrase_missing"


class NotEmpty(Conflict):
    """There is an installation already where the backup should be restored."""

    code = "operations.not_empty"


class StillInUse(Conflict):
    """Others are connected to the database that is to be replaced."""

    code = "operations.still_in_use"


class RestoredDiffers(Invalid):
    """The book in the backup is not what was sealed: it had been changed before it was backed up.

    What was restored stays, so that `suyuan proof recheck` can say more.
    """

    code = "operations.restored_differs"


class BackupPlaceSilent(Unavailable):
    """The place of the backup cannot be written or read."""

    code = "operations.backup_place_silent"
