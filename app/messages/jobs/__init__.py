"""The job door of messages: letters and calls leave the house, what is old is forgotten."""

from __future__ import annotations

from app.messages.jobs.carriers import carriers
from app.messages.jobs.leaving import CALL, CALL_SECONDS, FORGET, POST, POST_SECONDS

__all__ = ["CALL", "CALL_SECONDS", "FORGET", "POST", "POST_SECONDS", "carriers"]
