"""The shell door of messages: what waits, send it now, see whether mail leaves the house."""

from __future__ import annotations

import json
import uuid

import click

from app.doors.cli import Shell, command, say
from app.doors.jobs import JobRoom
from app.messages import errors, jobs, queries
from app.messages.jobs import leaving
from app.messages.terms import MAIL, Letter


@command(name="send")
def send(shell: Shell) -> None:
    """Send now what is due: letters and calls to webhooks."""
    room = JobRoom(settings=shell.settings, bind=shell.bind, redis=shell.redis)
    leaving.post(room)
    leaving.ring(room)
    _tell(shell, as_json=False)


@command(name="waiting")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def waiting(shell: Shell, as_json: bool) -> None:
    """Count what waits to be sent, and what could not be sent in the last seven days."""
    _tell(shell, as_json=as_json)


def _tell(shell: Shell, *, as_json: bool) -> None:
    with shell.unit(read_only=True) as uow:
        found = queries.traffic(uow)
    if as_json:
        say(json.dumps(found))
        return
    for name, count in found.items():
        say(f"{name:<18} {count:>8}")


@command(name="try-mail")
@click.argument("address")
def try_mail(shell: Shell, address: str) -> None:
    """Send a letter to ADDRESS, to see whether SUYUAN_SMTP_URL and SUYUAN_MAIL_FROM are right."""
    ways = jobs.carriers(shell.settings)
    if MAIL not in ways:
        raise errors.ChannelMissing(channel=MAIL)
    letter = Letter(
        id=uuid.uuid4().hex,
        to=ways[MAIL].address(address),
        language="zh",
        title="溯源：试发 · Suyuan: a test",
        text="邮件设置可以使用。\nThe mail settings work.\n",
        urgent=True,
    )
    with ways[MAIL].open() as line:
        line.carry(letter)
    say(f"已发出 · sent: {letter.to}")


messages = click.Group(
    name="messages",
    help="What the house tells people: send what waits, try the mail settings.",
    commands=[send, waiting, try_mail],
)
