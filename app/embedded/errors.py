"""Why the embedded services may refuse to start, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Conflict, Unavailable


class AlreadyRunning(Conflict):
    """Another process has this data folder and does not share it."""

    code = "embedded.already_running"


class FolderNotOurs(Unavailable):
    """The data belongs to another user of the machine."""

    code = "embedded.folder_not_ours"


class FolderOutOfReach(Unavailable):
    """We are root, and the user PostgreSQL runs as cannot enter the data folder."""

    code = "embedded.folder_out_of_reach"


class NoUser(Unavailable):
    """There is no operating-system user to run PostgreSQL as."""

    code = "embedded.no_user"


class NotStarted(Unavailable):
    """A service ended, or stayed silent, instead of answering."""

    code = "embedded.not_started"
