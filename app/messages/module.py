"""The manifest of messages."""

from __future__ import annotations

from app.messages import api, cli, jobs, web
from app.module import Bilingual, Every, MenuItem, Module

_DAY_S = 86_400

MODULE = Module(
    name="messages",
    title=Bilingual("消息", "Messages"),
    apis=(api.blueprint,),
    webs=(web.blueprint,),
    commands=(cli.messages,),
    permissions=("message.webhook",),
    menu=(
        MenuItem(
            endpoint="messages.inbox",
            title=Bilingual("消息", "Messages"),
            icon="bell",
            needs="account.own",
            order=79,
        ),
    ),
    announces=("letter.written", "call.wanted"),
    reacts_to={"letter.written": jobs.POST, "call.wanted": jobs.CALL},
    periodic=(
        Every(seconds=jobs.POST_SECONDS, job=jobs.POST),
        Every(seconds=jobs.CALL_SECONDS, job=jobs.CALL),
        Every(seconds=_DAY_S, job=jobs.FORGET),
    ),
    jobs=(jobs.POST, jobs.CALL, jobs.FORGET),
)
