"""Schemes through pages, API and shell: everybody reads the rules, the officer drafts."""

from __future__ import annotations

import json
from datetime import date

import pytest
from support.accounts import person, signed_in
from support.schemes import GRADES, row

from app.credit.scoring import queries, services
from app.credit.scoring.terms import LoadScheme, days_of
from ledger.kernel.actor import Role

MAY = date(2026, 8, 1)
TODAY = days_of(MAY)


@pytest.fixture
def loaded(uow, made):
    made.objects["subject"] = [11, 12]
    made.words |= {"form", "shares"}
    made.facts = {
        "form": [(11, row(text="stall"))],
        "shares": [(11, row(text="clean=1/8", on=TODAY - 9, until=TODAY + 300, evidence=7))],
    }
    services.load_scheme(uow, LoadScheme(text=GRADES))
    secret = GRADES.replace('code = "grades"', 'code = "secret"').replace(
        "public = true", "public = false"
    )
    services.load_scheme(uow, LoadScheme(text=secret))
    services.run_now(uow, "grades", MAY)
    services.run_now(uow, "secret", MAY)


def test_everybody_reads_the_rules_of_public_schemes(client, loaded):
    listed = client.get("/schemes").get_data(as_text=True)
    assert "/schemes/grades/1" in listed
    assert "secret" not in listed
    shown = client.get("/schemes/grades").get_data(as_text=True)
    assert "order 49, article 18" in shown
    assert "D 本系统默认" in shown
    assert ">A</span>" in shown
    assert client.get("/schemes/secret").status_code == 404
    assert client.get("/schemes/draft").status_code in (302, 303, 401)
    codes = [one["code"] for one in client.get("/api/v1/schemes").json["items"]]
    assert codes == ["grades"]
    told = client.get("/api/v1/schemes/grades").json
    assert (told["lines"][0]["clause"], told["classes"][0]["bound"]) == ("4.2", "30")
    assert client.get("/api/v1/schemes/secret").status_code == 404


def test_the_officer_drafts_and_tries(loaded, uow, app):
    person(uow, "xinyong", Role.CREDIT)
    client = signed_in(app, "xinyong")
    assert "secret" in client.get("/schemes").get_data(as_text=True)
    broken = GRADES.replace("up_to = 45", "up_to = 25").replace("cap = 20\n", "")
    refused = client.post("/schemes/draft", data={"text": broken})
    assert refused.status_code == 422
    body = refused.get_data(as_text=True)
    assert f"第 {broken.splitlines().index('up_to = 25') - 2} 行" in body
    draft = GRADES.replace('version = "1"', 'version = "2"').replace("up_to = 30", "up_to = 9")
    sent = client.post("/schemes/draft", data={"text": draft})
    assert sent.headers["Location"] == "/schemes/grades/2"
    services.try_draft(uow, "grades", "2", MAY)
    page = client.get("/schemes/grades/2").get_data(as_text=True)
    assert "what-if" in page
    in_force = client.post("/schemes/grades/2/enforce")
    assert in_force.status_code == 422


def test_the_macro_says_why_and_what_would_help(app, loaded, uow):
    found = queries.score_of(uow, "grades", 11)
    template = app.jinja_env.from_string(
        '{% from "scoring/_score.html" import score %}{{ score(found, ways, history, links) }}'
    )
    with app.test_request_context("/"):
        text = template.render(
            found=found,
            ways=queries.ways_of(found, "A"),
            history=queries.history_of(uow, "grades", 11),
            links={("shares", 7): "/records/7"},
        )
    assert 'href="/records/7"' in text
    assert "order 49, article 18" in text


def test_the_shell_checks_a_file_by_line(tmp_path, made):
    from click.testing import CliRunner

    from app.credit.scoring.cli import scheme

    file = tmp_path / "scheme.toml"
    file.write_text(GRADES.replace("up_to = 45", "up_to = 25"), "utf-8")
    done = CliRunner().invoke(scheme, ["check", str(file)])
    assert done.exit_code == 3
    assert "行" in done.output
    file.write_text(GRADES, "utf-8")
    done = CliRunner().invoke(scheme, ["check", str(file)])
    assert done.exit_code == 0, done.output
    assert json.dumps("grades")[1:-1] in done.output
