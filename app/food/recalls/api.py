"""The API door of recalls: open, go on, read, answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, g
from flask_smorest import Blueprint

from app.blobs import services as blobs
from app.blobs.terms import PICTURES
from app.doors import files, http, seals
from app.doors.api import Answer, endpoint
from app.food.recalls import queries, schemas, services
from app.food.recalls.queries import naming
from app.food.recalls.rules.pictures import HEAD, media_type_of
from app.food.recalls.terms import GiveAnswer, HoldersAsked, OpenRecall, RecallsAsked, TakeStep
from ledger.kernel.uow import UnitOfWork

blueprint = Blueprint(
    "recalls-api",
    __name__,
    url_prefix="/api/v1/recalls",
    description="Lots taken back: on the law's clock, from all who have them",
)


@endpoint(
    blueprint,
    "",
    method="POST",
    loads=schemas.OpenRecallJson,
    needs="recall.open",
    answers=schemas.RecallJson,
    status=201,
)
def open_recall(uow: UnitOfWork, asked: tuple[OpenRecall, str, str]) -> Answer:
    """Open a recall, a withdrawal (追回) or a drill; its lots are stopped at once.

    Holders of all tiers are found; with thousands of lots a job goes on and `spread` says how far.
    """
    command, code, lot = asked
    if code:
        command = naming.with_lots(uow, command, code, lot, seals.key())
    opened = services.open_recall(uow, command)
    return Answer(body=schemas.recall_document(opened), status=201)


@endpoint(
    blueprint,
    "",
    loads=schemas.RecallsQuery,
    location="query",
    needs="recall.read",
    answers=schemas.RecallsJson,
)
def search(uow: UnitOfWork, asked: RecallsAsked) -> dict[str, Any]:
    """List recalls, the newest first: all for officials, for an operator those that concern it."""
    page = queries.recalls(uow, asked)
    return {"items": [schemas.recall_document(one) for one in page.items], "next": page.next}


@endpoint(
    blueprint,
    "/<int:recall_id>",
    needs="recall.read",
    answers=schemas.RecallJson,
    audits="recall.look_up",
)
def show(uow: UnitOfWork, recall_id: int) -> dict[str, Any]:
    """Show a recall with its clocks, effectiveness and how many have answered."""
    found = queries.recall(uow, recall_id)
    if not (naming.sees_all(uow) or naming.recalls_itself(uow, found)):
        return schemas.recall_document(found, queries.clocks_of(uow, found))
    effect, tally = queries.effectiveness_of(uow, found.id), queries.tally_of(uow, found.id)
    return schemas.recall_document(found, queries.clocks_of(uow, found), effect, tally)


@endpoint(
    blueprint,
    "/<int:recall_id>/events",
    needs="recall.read",
    answers=schemas.EventsJson,
    audits="recall.look_up",
)
def events(uow: UnitOfWork, recall_id: int) -> dict[str, Any]:
    """Show the history: every step, by whom, on what ground, on which paper."""
    found = queries.recall(uow, recall_id)
    may = naming.sees_all(uow) or naming.recalls_itself(uow, found)
    lines = queries.events_of(uow, found.id) if may else ()
    return {"items": [schemas.event_document(one) for one in lines]}


@endpoint(
    blueprint,
    "/<int:recall_id>/lots",
    needs="recall.read",
    answers=schemas.LotsJson,
    audits="recall.look_up",
)
def lots(uow: UnitOfWork, recall_id: int) -> dict[str, Any]:
    """List the lots: those picked, and those made of them with the share of recalled food."""
    found = queries.recall(uow, recall_id)
    named = naming.lots_seen(uow, found)
    return {"items": [schemas.lot_document(one, shown) for one, shown in named]}


@endpoint(
    blueprint,
    "/<int:recall_id>/holders",
    loads=schemas.HoldersQuery,
    location="query",
    needs="recall.read",
    answers=schemas.HoldersJson,
    audits="recall.look_up",
)
def holders(uow: UnitOfWork, asked: HoldersAsked, recall_id: int) -> dict[str, Any]:
    """List the holders of all tiers with what is expected of each, the unanswered first.

    A recaller sees its own customers, a holder itself.
    """
    g.audit_about = f"recall:{recall_id}"
    found = queries.recall(uow, recall_id)
    page = naming.holders_seen(uow, found, replace(asked, recall_id=found.id))
    items = [schemas.notice_document(one) for one in page.items]
    return {"items": items, "next": page.next, "total": page.total}


@endpoint(
    blueprint,
    "/<int:recall_id>/steps",
    method="POST",
    loads=schemas.StepJson,
    needs="recall.open",
    answers=schemas.RecallJson,
)
def take_step(uow: UnitOfWork, command: TakeStep, recall_id: int) -> dict[str, Any]:
    """Take the next step, or order, extend, escalate, dismiss, close."""
    done = services.take_step(uow, replace(command, recall_id=recall_id))
    return schemas.recall_document(done)


@endpoint(
    blueprint,
    "/<int:recall_id>/answers",
    method="POST",
    loads=schemas.AnswerJson,
    needs="recall.read",
    answers=schemas.AnswerShownJson,
    status=201,
)
def answer(uow: UnitOfWork, command: GiveAnswer, recall_id: int) -> Answer:
    """Say what has become of the goods; an official says it for a holder that was visited."""
    who = command.operator_id or uow.actor.operator_id or 0
    said = services.give_answer(uow, replace(command, recall_id=recall_id, operator_id=who))
    return Answer(body=schemas.answer_document(said), status=201)


@endpoint(
    blueprint,
    "/<int:recall_id>/answers",
    needs="recall.read",
    answers=schemas.AnswersJson,
    audits="recall.look_up",
)
def answers(uow: UnitOfWork, recall_id: int) -> dict[str, Any]:
    """List answers: all for officials, its customers' for the recaller, its own for a holder."""
    found = queries.recall(uow, recall_id)
    shown = queries.answers_of(uow, found.id, naming.seen_by(uow, found))
    return {"items": [schemas.answer_document(one) for one in shown]}


@endpoint(
    blueprint,
    "/links/<link>",
    needs="code.read",
    answers=schemas.LinkShownJson,
    method="GET",
    writes=True,
    limit="public",
)
def show_link(uow: UnitOfWork, link: str) -> dict[str, Any]:
    """Show a holder its notice through its signed link, without an account; it counts as seen."""
    named = services.see_notice(uow, link, seals.key())
    found = queries.recall_known(uow, named.recall_id)
    mine = queries.Seen(operator_id=named.operator_id)
    said = queries.answers_of(uow, named.recall_id, mine)
    holder = queries.notice_of(uow, named.recall_id, named.operator_id)
    return {
        "recall": schemas.recall_document(found),
        "holder": schemas.notice_document(holder),
        "answers": [schemas.answer_document(one) for one in said],
    }


@endpoint(
    blueprint,
    "/links/<link>",
    method="POST",
    loads=schemas.AnswerJson,
    needs="code.read",
    answers=schemas.AnswerShownJson,
    status=201,
    limit="public",
)
def answer_link(uow: UnitOfWork, command: GiveAnswer, link: str) -> Answer:
    """Answer through a signed link; again as often as there is something to say."""
    said = services.answer_by_link(uow, link, seals.key(), command)
    return Answer(body=schemas.answer_document(said), status=201)


@endpoint(
    blueprint,
    "/links/<link>/pictures",
    method="POST",
    loads=schemas.ProofForm,
    location="files",
    needs="code.read",
    answers=schemas.PictureJson,
    status=201,
    limit="picture",
)
def add_link_picture(uow: UnitOfWork, sent: dict[str, Any], link: str) -> Answer:
    """Send a photograph through a signed link; the answer that names its hash shows it."""
    services.link_in_force(uow, link, seals.key())
    return _kept(sent)


@endpoint(
    blueprint,
    "/<int:recall_id>/pictures",
    method="POST",
    loads=schemas.ProofForm,
    location="files",
    needs="recall.read",
    answers=schemas.PictureJson,
    status=201,
    limit="picture",
)
def add_picture(uow: UnitOfWork, sent: dict[str, Any], recall_id: int) -> Answer:
    """Send a photograph as proof; the answer that names its hash shows it."""
    queries.recall(uow, recall_id)
    return _kept(sent)


def _kept(sent: dict[str, Any]) -> Answer:
    blob = blobs.put(http.room().settings, sent["picture"].stream, kinds=PICTURES)
    return Answer(body={"sha256": blob.sha256.hex()}, status=201)


@endpoint(
    blueprint,
    "/<int:recall_id>/pictures/<sha256>",
    needs="recall.read",
    audits="recall.look_up",
    content_type="image/jpeg",
)
def show_picture(uow: UnitOfWork, recall_id: int, sha256: str) -> Response:
    """Show a photograph that an answer of this recall names, to who may see that answer."""
    found = queries.recall(uow, recall_id)
    digest = queries.picture_of(uow, found.id, sha256, naming.seen_by(uow, found))
    stream = blobs.opened(http.room().settings, digest)
    media_type = media_type_of(stream.read(HEAD))
    stream.seek(0)
    return files.answer(stream, media_type, f"proof-{sha256[:8]}", inline=True)
