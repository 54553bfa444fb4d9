"""No statement takes a form a cluster refuses, but for those known to be for one server only.

What a Citus cluster refuses is the measured list of the manual's page on operations: recursive
statements and LATERAL with LIMIT or OFFSET over spread tables, FOR UPDATE over several shards,
MERGE, changing the column a table is spread by, triggers and EXCLUDE on spread tables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from support.sources import ROOT, import_everything, sources

from app.spreading import let_partitions_go_without_triggers
from ledger.kernel.database import Table
from ledger.kernel.placement import LOCAL, PLACEMENT, REFERENCE, placing

SPREAD = {name: column for name, column in PLACEMENT.items() if column not in (LOCAL, REFERENCE)}
_A_SPREAD_TABLE = re.compile(rf"\b(?:FROM|JOIN|UPDATE|INTO)\s+({'|'.join(SPREAD)})\b")
_STATEMENT = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|MERGE)\b")
_LATERAL_CUT = re.compile(r"LATERAL\b.*?\b(?:OFFSET|LIMIT)\b", re.DOTALL)

# Where such statements stand and what a cluster would do instead; the manual's page says so too.
# A LATERAL with OFFSET 0 is a plain join with a hint to one server's planner: without it a cluster
# may take it, which nobody has tried yet.
_FENCE = "the same without OFFSET 0, not tried on a cluster"
ONE_SERVER_ONLY = {
    "scanner/trace/queries/statements.py": "rows level by level (queries/reading.py); names: "
    + _FENCE,
    "scanner/trace/queries/pointing.py": _FENCE,
    "ledger/entries/queries/holders.py": _FENCE,
    "ledger/entries/queries/lines.py": _FENCE,
    "ledger/entries/queries/pools.py": "stops on goods of no stated producer: no other form yet",
    "ledger/entries/services/context.py": _FENCE,
    "ledger/entries/services/looking.py": _FENCE,
    "ledger/entries/services/same_goods.py": _FENCE,
    "ledger/products/services/stored.py": "lots found by a plain join instead; lots locked one "
    "product at a time: no such form yet",
}


def statements(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """All texts of a file that read like SQL, with ``{}`` for what is put into them."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
              for part in ast.walk(node) if part is not node}  # fmt: skip
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            said = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            said = node.value
        else:
            continue
        if _STATEMENT.search(said):
            yield node.lineno, said


def refused_forms(said: str) -> list[str]:
    """What in a statement a cluster refuses."""
    spread = _A_SPREAD_TABLE.search(said) is not None
    found = []
    if re.search(r"\bMERGE\s+INTO\b", said):
        found.append("MERGE")
    if spread and re.search(r"\bWITH\s+RECURSIVE\b", said):
        found.append("recursive")
    if spread and _LATERAL_CUT.search(said):
        found.append("LATERAL with OFFSET or LIMIT")
    if spread and re.search(r"\bFOR\s+(NO KEY )?(UPDATE|SHARE)\b", said):
        found.append("FOR UPDATE")
    for name, column in SPREAD.items():
        changed = re.search(
            rf"\bUPDATE\s+{name}\b[^;]*?\bSET\b(.*?)(?:\bWHERE\b|\bFROM\b|$)", said, re.DOTALL
        )
        if changed and re.search(rf"(?:^|,)\s*{column}\s*=", changed[1]):
            found.append(f"changes {name}.{column}")
    return found


@pytest.mark.parametrize(
    ("said", "forms"),
    [
        ("WITH RECURSIVE l AS (SELECT 1) SELECT * FROM entry", ["recursive"]),
        ("WITH RECURSIVE l AS (SELECT 1) SELECT * FROM unit_content", []),
        (
            "SELECT 1 FROM l CROSS JOIN LATERAL (SELECT 1 FROM entry e OFFSET 0) x",
            ["LATERAL with OFFSET or LIMIT"],
        ),
        ("SELECT 1 FROM lot WHERE id = 1 FOR UPDATE", ["FOR UPDATE"]),
        ("SELECT 1 FROM upload FOR UPDATE SKIP LOCKED", []),
        ("MERGE INTO product USING x ON true", ["MERGE"]),
        ("UPDATE lot SET product_id = 3", ["changes lot.product_id"]),
        ("UPDATE lot SET number = '3' WHERE product_id = 3", []),
    ],
)
def test_the_forms_are_known(said: str, forms: list[str]) -> None:
    assert refused_forms(said) == forms


def test_no_statement_takes_a_form_a_cluster_refuses() -> None:
    found = {
        f"{source.path}:{line} {form}"
        for source in sources("app", "ledger", "scanner")
        for line, said in statements(source.tree)
        for form in refused_forms(said)
        if source.path not in ONE_SERVER_ONLY
    }
    assert found == set()


def test_every_exception_is_still_needed() -> None:
    needed = {
        source.path
        for source in sources("ledger", "scanner")
        for _line, said in statements(source.tree)
        if refused_forms(said)
    }
    assert set(ONE_SERVER_ONLY) - needed == set()


def test_the_levels_of_a_trace_are_plain_statements() -> None:
    from scanner.trace.queries.statements import LEVEL, MADE_FROM

    for said in (LEVEL, MADE_FROM):
        assert refused_forms(said) == []
        assert "RECURSIVE" not in said
        assert "LATERAL" not in said


def test_rows_are_locked_through_the_mapper_where_they_are_one_or_not_spread() -> None:
    import_everything()
    spread = {
        mapper.class_.__name__
        for mapper in Table.registry.mappers
        if mapper.class_.__tablename__ in SPREAD
    }
    wrong = [
        f"{source.path}:{node.lineno}"
        for source in sources("app", "ledger", "scanner")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and "with_for_update" in ast.unparse(node)
        and {name.id for name in ast.walk(node) if isinstance(name, ast.Name)} & spread
    ]  # fmt: skip
    assert wrong == []


def test_spread_tables_have_no_exclusions_and_no_made_columns_to_be_spread_by() -> None:
    import_everything()
    for name, column in SPREAD.items():
        table = Table.metadata.tables[name]
        assert not any(isinstance(one, ExcludeConstraint) for one in table.constraints), name
        assert table.columns[column].computed is None, name
        assert not table.columns[column].nullable, name


def test_the_only_triggers_are_statements_that_a_cluster_can_do_without() -> None:
    made = [
        (path.name, said.strip())
        for path in sorted((ROOT / "migrations" / "versions").glob("*.sql"))
        for said in re.findall(r"CREATE TRIGGER [^;]*;", path.read_text("utf-8"))
    ]
    assert made
    assert [one for one in made if "TRIGGER refuse_change BEFORE" not in one[1]] == []
    assert [one for one in made if "FOR EACH STATEMENT" not in one[1]] == []


def test_tables_stand_behind_those_their_keys_name() -> None:
    import_everything()
    order = list(PLACEMENT)
    wrong = [
        f"{name} -> {key.column.table.name}"
        for name, table in Table.metadata.tables.items()
        for key in table.foreign_keys
        if order.index(key.column.table.name) > order.index(name)
    ]
    assert wrong == []


def test_tables_are_placed_references_first() -> None:
    said = list(placing(["entry", "upload", "subject", "filing"]))
    assert said == [
        "SELECT create_reference_table('subject')",
        "DROP TRIGGER IF EXISTS refuse_change ON filing",
        "SELECT create_distributed_table('filing', 'operator_id')",
        "DROP TRIGGER IF EXISTS refuse_change ON entry",
        "SELECT create_distributed_table('entry', 'lot')",
    ]


def test_a_clusters_partitions_are_made_without_triggers(owner_database) -> None:
    from sqlalchemy import text

    triggers = text("SELECT count(*) FROM pg_trigger WHERE tgrelid = CAST(:name AS regclass)")
    with owner_database.begin() as connection:
        connection.execute(text("SELECT make_entry_partition(77)"))
        assert connection.scalar(triggers, {"name": "entry_0077"}) == 1
        let_partitions_go_without_triggers(connection)
        connection.execute(text("SELECT make_entry_partition(78)"))
        assert connection.scalar(triggers, {"name": "entry_0078"}) == 0
        granted = text("SELECT has_table_privilege('suyuan_app', 'entry_0078', :right)")
        assert connection.scalar(granted, {"right": "INSERT"})
        assert not connection.scalar(granted, {"right": "UPDATE"})


def test_one_server_is_left_alone(owner_database) -> None:
    from app.spreading import spread

    with owner_database.begin() as connection:
        assert spread(connection) == 0
