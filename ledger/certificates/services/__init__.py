"""The verbs of certificates: put on file, attach further, replace, withdraw, warn of their end."""

from ledger.certificates.services.filing import (
    add_certificate,
    attach_certificate,
    withdraw_certificate,
)
from ledger.certificates.services.warning import warn_of_papers

__all__ = ["add_certificate", "attach_certificate", "warn_of_papers", "withdraw_certificate"]
