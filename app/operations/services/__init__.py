"""The verbs of operations."""

from app.operations.services.backup import back_up
from app.operations.services.rechecking import recheck_restored
from app.operations.services.restoring import restore

__all__ = ["back_up", "recheck_restored", "restore"]
