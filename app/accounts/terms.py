"""The words of accounts: what is asked of them and what is shown of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ledger.kernel.actor import Role

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateAccount:
    """A person gets an account; ``operator_id`` is whose book it works on."""

    sign_in_name: str
    password: str
    role: Role
    name: str
    operator_id: int | None = None
    language: str = "zh"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangePassword:
    """The actor's own password; all sessions but the present one end."""

    old: str
    new: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChooseLanguage:
    """The language the actor's pages are in after signing in."""

    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IssueKey:
    """A machine gets a key; without ``account_id`` an account of its own comes with it."""

    label: str
    role: Role
    operator_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RevokeKey:
    """A key is worth nothing from now on."""

    key_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantDelegation:
    """An operator lets a clerk's account or another operator (by USCC) file for it."""

    operator_id: int
    to: str
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawDelegation:
    """A delegation ends now."""

    delegation_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SignIn:
    """A name and a password, from an address."""

    sign_in_name: str
    password: str
    address: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """What a browser holds, signed by us: whose it is and since when; times are instants."""

    id: str
    account_id: int
    epoch: int
    since: datetime
    seen: datetime
    operator_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """An account as it is shown."""

    id: int
    sign_in_name: str
    role: Role
    name: str
    operator_id: int | None
    language: str
    created_at: datetime
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """A key as it is shown: never its secret."""

    id: int
    prefix: str
    label: str
    role: Role
    operator_id: int | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delegation:
    """Who may act for whom, from when to when; both days included."""

    id: int
    operator_id: int
    operator_name: str
    to_name: str
    valid_from: date
    valid_to: date | None
    withdrawn_at: datetime | None

    def holds(self, on: date) -> bool:
        """Whether it may be used on a day."""
        ended = self.valid_to is not None and on > self.valid_to
        return self.withdrawn_at is None and self.valid_from <= on and not ended


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditAsked:
    """Which audit lines are wanted; ``before`` is the number of the last line already seen."""

    account_id: int | None = None
    action: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditLine:
    """One line: who did or looked up what, and when."""

    id: int
    at: datetime
    account_id: int | None
    account: str
    role: str
    action: str
    about: str
    details: Mapping[str, Any]
    request_id: str


ACTION_TEXTS = {
    "grade.run": ("评定食品风险等级", "graded food operators"),
    "grade.search": ("查看风险等级名单", "looked through grades"),
    "grade.export": ("导出风险等级名单", "exported a list of grades"),
    "grade.look_up": ("查看风险等级", "looked at a grade"),
    "grade.form": ("查看风险等级确定表", "looked at a year's form"),
    "grade.profile": ("查看静态风险因素", "looked at static factors"),
    "grade.fill": ("填写风险等级确定表", "filled in a year's form"),
    "grade.review": ("审核风险等级确定表", "reviewed a year's form"),
    "sign.search": ("查看公示牌", "looked through signs"),
    "sign.look_up": ("查看一块公示牌", "looked at a sign"),
    "sign.print_many": ("批量打印公示牌", "printed signs"),
    "sign.kept": ("按等级发牌、换牌", "kept signs true to grades"),
    "sign.revoke": ("撤销公示牌", "revoked a sign"),
    "sign.renew": ("换发公示牌", "replaced a sign"),
    "sign.reply": ("写公示牌说明", "replied beside a sign"),
    "sign.hide_reply": ("撤下公示牌说明", "took a reply off a sign"),
    "request.search": ("查看补报要求", "looked through requests"),
    "request.look_up": ("查看一条补报要求", "looked at a request"),
    "request.open": ("要求补报", "asked for records"),
    "request.cancel": ("撤回补报要求", "withdrew a request"),
    "request.answer": ("答复补报要求", "answered a request"),
    "dossier.look_up": ("查看查验卷宗", "looked at a dossier"),
    "scheme.load": ("保存评价方案", "kept a scoring scheme"),
    "scheme.end": ("终止评价方案", "ended a scoring scheme"),
    "scheme.try": ("试算评价方案草案", "tried a draft scheme"),
    "class.search": ("查看信用风险分类", "looked through credit classes"),
    "class.look_up": ("查看一户信用风险类别", "looked at a credit class"),
    "class.combine": ("合并信用与食品等级", "joined classes with food grades"),
    "combination.load": ("保存合并规则", "kept a combination"),
    "score.run": ("运行评价方案", "ran a scoring scheme"),
    "score.look_up": ("查看评分", "looked at a score"),
    "paper.issue": ("出具文书", "issued a paper"),
    "record.read": ("查信用档案", "read a credit file"),
    "record.read_shared": ("凭授权查信用档案", "read a credit file by authorisation"),
    "record.report": ("出具信用报告", "issued a credit report"),
    "record.authorise": ("授权查询信用档案", "let somebody read a credit file"),
    "record.revoke": ("收回查询授权", "ended an authorisation"),
    "objection.search": ("查看异议", "looked through objections"),
    "objection.look_up": ("查看一件异议", "looked at an objection"),
    "objection.file": ("提出异议", "filed an objection"),
    "objection.forward": ("转交异议", "passed an objection on"),
    "objection.extend": ("延长异议期限", "gave an objection more time"),
    "objection.decide": ("答复异议", "decided an objection"),
    "report.search": ("查看消费者反馈", "looked through consumers' reports"),
    "report.look_up": ("查看一条反馈", "looked at a report"),
    "report.move": ("办理反馈", "handled a report"),
    "account.closed": ("关闭账号", "closed an account"),
    "account.created": ("新建账号", "made an account"),
    "account.language_chosen": ("换语言", "chose a language"),
    "account.operator_chosen": ("换台账", "opened another book"),
    "account.password_changed": ("改密码", "changed the password"),
    "account.sign_in_refused": ("登录被拒", "was refused to sign in"),
    "account.signed_in": ("登录", "signed in"),
    "account.signed_out": ("退出", "signed out"),
    "account.signed_out_everywhere": ("全部退出", "signed out everywhere"),
    "book.export": ("导出台账", "exported a book"),
    "book.look_up": ("查台账", "read a book"),
    "catalogue.load": ("更新信用目录", "loaded a catalogue file"),
    "certificate.add": ("登记证明", "put a certificate on file"),
    "certificate.attach": ("证明挂批次", "attached a certificate further"),
    "certificate.form": ("打开证明登记表", "opened a certificate's form"),
    "certificate.read": ("查证明", "read a certificate"),
    "certificate.search": ("搜证明", "searched certificates"),
    "certificate.withdraw": ("撤回证明", "withdrew a certificate"),
    "code.look_up": ("查码", "looked up a code"),
    "delegation.granted": ("给出委托", "gave a delegation"),
    "delegation.withdrawn": ("收回委托", "withdrew a delegation"),
    "delivery.missing": ("说没收到货", "said a delivery is missing"),
    "entry.look_up": ("查一笔台账", "read an entry"),
    "filing.look_up": ("查一次报送", "read a filing"),
    "key.issued": ("发密钥", "issued a key"),
    "key.revoked": ("收回密钥", "revoked a key"),
    "lot.hold": ("停售一批", "stopped a lot"),
    "lot.label": ("看批次标签", "read a lot's label"),
    "lot.release": ("恢复一批", "released a lot"),
    "message.address_added": ("加接收地址", "added an address"),
    "message.address_confirmed": ("确认接收地址", "confirmed an address"),
    "message.address_muted": ("退订不急的消息", "stopped what is not urgent"),
    "message.address_removed": ("删接收地址", "removed an address"),
    "message.address_unmuted": ("恢复全部消息", "wanted all messages again"),
    "delivery.reminded": ("提醒对方对账", "reminded a partner"),
    "pass.answered": ("回答一票通", "answered a pass"),
    "pass.issued": ("开一票通", "issued a pass"),
    "pass.look_up": ("查一票通", "read a pass"),
    "product.confirm": ("确认产品", "confirmed a product"),
    "product.open": ("登记产品", "recorded a product"),
    "product.settle": ("定产品名称", "settled a product's name"),
    "record.corrected": ("更正信用记录", "corrected a record"),
    "record.look_up": ("查信用记录", "read a record"),
    "record.mark": ("标注信用记录异议", "marked a record"),
    "record.repaired": ("信用修复", "repaired a record"),
    "record.withdrawn": ("撤回信用记录", "withdrew a record"),
    "recall.answer": ("回复召回通知", "answered a recall's notice"),
    "recall.export": ("导出召回案卷", "exported a recall's case file"),
    "recall.look_up": ("查看召回", "looked at a recall"),
    "recall.open": ("开启召回", "opened a recall"),
    "recall.step": ("推进召回", "took a step in a recall"),
    "subject.amend": ("改主体登记", "amended a subject"),
    "subject.form": ("打开登记表", "opened a registration form"),
    "subject.history": ("查主体变更", "read a subject's history"),
    "subject.merge": ("合并主体", "merged a subject"),
    "subject.read": ("查主体", "read a subject"),
    "subject.register": ("登记主体", "registered a subject"),
    "subject.search": ("搜主体", "searched subjects"),
    "trace.dealers": ("查产品经营者", "looked up a product's dealers"),
    "trace.export": ("导出追溯", "exported a trace"),
    "trace.look_up": ("追溯", "traced"),
    "trace.lots_held": ("查名下批次", "looked up an operator's lots"),
    "upload.export": ("导出退回的行", "exported refused rows"),
    "record.submit": ("报送信用记录", "submit records"),
    "record.upload": ("报送信用记录文件", "send a file of records"),
    "record.upload_look_up": ("查信用记录报送", "read an upload of records"),
    "record.upload_export": ("导出未收的信用记录", "export refused records"),
    "pending.look_up": ("查待匹配记录", "read rows that wait"),
    "pending.match": ("匹配主体", "match a waiting row"),
    "pending.drop": ("搁置待匹配记录", "put a waiting row aside"),
    "agency.look_up": ("查报送单位", "read an agency"),
    "record.look_up_own": ("查本单位报送的记录", "read the agency's own records"),
    "upload.look_up": ("查上传", "read an upload"),
    "webhook.added": ("加推送地址", "added a webhook"),
    "webhook.removed": ("删推送地址", "removed a webhook"),
    "webhook.renewed": ("换推送密钥", "renewed a webhook's secret"),
    "webhook.switched_off": ("停用推送", "switched a webhook off"),
    "webhook.switched_on": ("启用推送", "switched a webhook on"),
    "webhook.tried": ("试发推送", "tried a webhook"),
    "library.search": ("搜名录库", "searched libraries"),
    "library.look_up": ("查看名录库", "looked at a library"),
    "library.export": ("导出名录库", "exported a library"),
    "library.load": ("载入官方名录", "loaded the official list"),
    "library.set_up": ("新建名录库", "set up a library"),
    "library.amend": ("改归库规则", "amended a library"),
    "library.snapshot": ("存名录快照", "took a snapshot of a library"),
    "visit.search": ("现场查主体", "looked for a subject on site"),
    "visit.look_up": ("现场查看主体", "looked at a subject on site"),
    "visit.note": ("记下检查", "noted a visit"),
}
"""What was done by the action of an audit line, in Chinese and in English."""
