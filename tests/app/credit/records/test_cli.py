"""The shell door of records: one story on a database of its own."""

from __future__ import annotations

import json

from click.testing import CliRunner

from app.credit.records.cli import credit
from app.credit.records.rules.shipped import shipped_agencies, shipped_items

ITEM = """[catalogue]
valid_from = 2020-01-01
source = "a test"
mark = "D"

[[item]]
id = 1891
code = "test.remark"
version = 1
category = 18
zh = "备注"
en = "Remark"
key = ["number"]
fields = ["uscc!", "number!", "happened_on!"]
"""


def test_a_catalogue_file_is_loaded_by_its_lines_and_listed(fresh_settings, tmp_path) -> None:
    def run(*words: str):
        return CliRunner().invoke(credit, list(words), env=fresh_settings.to_environ())

    file = tmp_path / "own.toml"
    file.write_text(ITEM.replace("category = 18", "category = 81"), "utf-8")
    refused = run("catalogue", "load", str(file))
    assert refused.exit_code == 3, refused.output
    assert "第 10 行" in refused.stderr
    assert "line 10" in refused.stderr
    file.write_text(ITEM, "utf-8")
    assert "1 new items" in run("catalogue", "load", str(file)).output
    assert f"{len(shipped_agencies())} new agencies" in run("catalogue", "load").output
    listed = json.loads(run("catalogue", "list", "--json").stdout)
    assert len(listed) == len(shipped_items()) + 1
    assert "test.remark" in {line["item"] for line in listed}
    named = json.loads(run("catalogue", "list", "--agencies", "--json").stdout)
    assert named[0]["agency"] == "samr"
    assert "firm" in run("reports", "2021").output
    assert json.loads(run("publicity", "2026-01-01", "2026-06-30", "--json").stdout) == []
