"""The refusals of certificates' doors, in order of precedence."""

from __future__ import annotations

from ledger.kernel.errors import Invalid, Malformed, NotFound


class OperatorMissing(Invalid):
    """Who acts for no operator, or for several, says whose certificate it is."""

    code = "certificates.operator_missing"


class FileUnreadable(Malformed):
    """A file in a JSON document is not base64."""

    code = "certificates.file_unreadable"


class NoSuchFile(NotFound):
    """The certificate has no such file, or not for the one who asks."""

    code = "certificates.no_such_file"
