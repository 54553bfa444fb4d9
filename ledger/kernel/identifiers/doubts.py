"""A doubt: what is odd about an identifier that is nevertheless accepted."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """One remark on an accepted number; its text is found by ``code`` as a refusal's is."""

    code: str
    params: dict[str, str] = field(default_factory=dict, hash=False)
