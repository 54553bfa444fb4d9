"""The manifest of accounts."""

from __future__ import annotations

from app.accounts import api, cli, jobs, web
from app.module import Bilingual, Every, MenuItem, Module

_DAY_S = 86_400

MODULE = Module(
    name="accounts",
    title=Bilingual("账号", "Accounts"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    commands=(cli.keys, cli.accounts),
    permissions=("account.own", "account.manage", "audit.read", "delegation.grant"),
    menu=(
        MenuItem(
            endpoint="accounts.delegations",
            title=Bilingual("委托", "Delegations"),
            icon="handshake",
            needs="delegation.grant",
            order=80,
        ),
        MenuItem(
            endpoint="accounts.people",
            title=Bilingual("账号管理", "Accounts"),
            icon="users",
            needs="account.manage",
            order=85,
        ),
        MenuItem(
            endpoint="accounts.audit",
            title=Bilingual("审计", "Audit"),
            icon="shield-check",
            needs="audit.read_own",
            order=86,
        ),
        MenuItem(
            endpoint="accounts.account",
            title=Bilingual("我的账号", "My account"),
            icon="circle-user",
            needs="account.own",
            order=90,
        ),
    ),
    periodic=(Every(seconds=_DAY_S, job=jobs.FORGET),),
    jobs=(jobs.FORGET,),
)
