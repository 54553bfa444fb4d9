"""Who a unit of work is for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ledger.kernel.errors import Forbidden, NotSignedIn


class NobodySignedIn(NotSignedIn):
    """This needs a signed-in account or an API key."""

    code = "accounts.nobody_signed_in"


class NotPermitted(Forbidden):
    """The account lacks the permission this needs."""

    code = "accounts.not_permitted"


class NotYourOperator(Forbidden):
    """The account may not act for that operator."""

    code = "accounts.not_your_operator"


class Role(StrEnum):
    """What an account may be; permissions follow from it."""

    PUBLIC = "public"
    OPERATOR = "operator"
    CLERK = "clerk"
    INSPECTOR = "inspector"
    REGISTRAR = "registrar"
    CREDIT = "credit"
    AGENCY = "agency"
    ADMIN = "admin"
    SYSTEM = "system"


PERMISSIONS: dict[Role, frozenset[str]] = {
    Role.PUBLIC: frozenset({"code.read", "product.read_public"}),
    Role.OPERATOR: frozenset(
        {
            "code.read",
            "product.read_public",
            "entry.file",
            "book.read",
            "trace.own",
            "product.open",
            "subject.read_own",
            "certificate.add",
            "certificate.read",
            "recall.open",
            "recall.read",
            "recall.answer",
            "delegation.grant",
            "message.webhook",
            "objection.file",
            "record.authorise",
            "sign.read_own",
        }
    ),
    Role.INSPECTOR: frozenset(
        {
            "code.read",
            "product.read_public",
            "trace.all",
            "book.read",
            "book.read_all",
            "subject.read",
            "certificate.add",
            "certificate.read",
            "certificate.all",
            "lot.hold",
            "recall.open",
            "recall.read",
            "recall.read_all",
            "recall.order",
            "report.read",
            "request.open",
            "report.handle",
            "audit.read_own",
            "record.read",
            "class.read",
            "library.read",
            "score.read",
            "grade.fill",
            "sign.read",
            "visit.note",
        }
    ),
    # 信用管理员: catalogue, intake, objections, schemes; never a provider's content
    Role.CREDIT: frozenset(
        {
            "code.read",
            "product.read_public",
            "subject.read",
            "record.read",
            "catalogue.manage",
            "objection.handle",
            "scheme.draft",
            "score.read",
            "score.run",
            "class.read",
            "grade.confirm",
            "library.read",
            "library.manage",
            "sign.read",
            "sign.issue",
            "audit.read_own",
        }
    ),
    Role.REGISTRAR: frozenset(
        {
            "code.read",
            "product.read_public",
            "subject.register",
            "subject.read",
            "certificate.add",
            "certificate.read",
            "certificate.all",
            "product.open",
            "product.confirm",
            "recall.open",
            "recall.read",
            "recall.read_all",
            "recall.order",
        }
    ),
    Role.AGENCY: frozenset(
        {
            "code.read",
            "product.read_public",
            "record.submit",
            "record.read",
            "objection.answer",
            "message.webhook",
        }
    ),
}
# a clerk works on other people's books: it may not give their word or their messages away
PERMISSIONS[Role.CLERK] = PERMISSIONS[Role.OPERATOR] - {
    "delegation.grant",
    "message.webhook",
    "objection.file",
    "record.authorise",
}
for _signed_in in Role:
    if _signed_in not in PERMISSIONS or _signed_in is Role.PUBLIC:
        continue
    PERMISSIONS[_signed_in] |= {"account.own"}
PERMISSIONS[Role.ADMIN] = frozenset().union(*PERMISSIONS.values()) | {
    "account.manage",
    "audit.read",
    "parameter.amend",
}
PERMISSIONS[Role.SYSTEM] = PERMISSIONS[Role.ADMIN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An account, an API key, the public or the house itself, with what it may do.

    ``operator_id`` is the operator whose book is open, ``operator_name`` its name where a page
    wants it; ``delegated`` are the operators a clerk or agent may also file for.
    """

    role: Role
    account_id: int | None = None
    name: str = ""
    operator_id: int | None = None
    operator_name: str = ""
    delegated: frozenset[int] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        """Whether the actor's role carries the permission."""
        return permission in PERMISSIONS[self.role]

    def require(self, permission: str) -> None:
        """Refuse with NobodySignedIn or NotPermitted unless the permission is held."""
        if self.may(permission):
            return
        if self.role is Role.PUBLIC:
            raise NobodySignedIn
        raise NotPermitted(permission=permission)

    def may_act_for(self, operator_id: int) -> bool:
        """Whether entries of that operator may be filed and read by this actor."""
        if self.role in (Role.ADMIN, Role.SYSTEM):
            return True
        return operator_id == self.operator_id or operator_id in self.delegated

    def require_operator(self, operator_id: int) -> None:
        """Refuse with NotYourOperator unless the actor may act for that operator."""
        if not self.may_act_for(operator_id):
            raise NotYourOperator(operator=operator_id)


PUBLIC = Actor(role=Role.PUBLIC)
SYSTEM = Actor(role=Role.SYSTEM, name="suyuan")
