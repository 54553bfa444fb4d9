"""The statements of a trace: what it can concern is found, read and named in one round trip.

Planning such a statement takes the server ten times as long as answering it for a usual lot, so
each connection plans it once (``Prepared``). Rows come packed (``rules.columns``), names as one
text: as tuples, thousands of either would cost more than the trace. Bounds that exclude nothing
(``BETWEEN 0 AND ...``) tell the planner that few lots are meant; LATERAL with OFFSET 0 makes it
probe the covering index lot by lot.
"""

from __future__ import annotations

from ledger.kernel.statements import Prepared

FIELD_END, RECORD_END = "\x1f", "\x1e"  # between the texts of a name, and between names
_IDS = "WHERE s::int BETWEEN 0 AND 2147483647"
_OF_E = "e.lot, e.ts, e.kind, e.op, e.other, e.qty, e.id, e.doc, e.unit, e.precision, e.flags"
_PACKED = (  # as rules.columns unpacks them
    "int4send(e.lot) || int4send(e.ts) || int2send(e.kind) || int4send(e.op) || int4send(e.other)"
    " || int8send(e.qty) || int8send(e.id) || int4send(e.doc) || int2send(e.unit)"
    " || int2send(e.precision) || int2send(e.flags)"
)
# What a lot leads to, per direction: downstream its outputs and aliases in one index probe.
# An alias has a direction in ``unit`` (``Alias``): downstream to pools, upstream to sources.
_NEXT_DOWN = (
    "SELECT d.other AS lot FROM entry d "
    "WHERE d.lot = l.lot AND d.kind IN (4, 9) AND (d.kind = 4 OR d.unit IN (0, 1))"
)
_NEXT_UP = (
    "(SELECT d.lot FROM entry d WHERE d.other = l.lot AND d.kind = 4) UNION ALL "
    "(SELECT d.other FROM entry d WHERE d.lot = l.lot AND d.kind = 9 AND d.unit IN (0, 2))"
)
_NEXT_SAME = (
    "SELECT d.other AS lot FROM entry d WHERE d.lot = l.lot AND d.kind = 9 AND d.unit IN (0, 1)"
)
_REACHED = f"""
WITH RECURSIVE l(lot) AS (
  SELECT s::int FROM string_to_table($1, ',') s {_IDS}
  UNION
  SELECT n.lot FROM l CROSS JOIN LATERAL ({{following}} OFFSET 0) n
), reached AS MATERIALIZED (
  SELECT lot FROM l WHERE lot BETWEEN 0 AND 2147483647 LIMIT $2
), rows AS MATERIALIZED (
  SELECT e.* FROM reached r
  CROSS JOIN LATERAL (SELECT {_OF_E} FROM entry e WHERE e.lot = r.lot OFFSET 0) e LIMIT $3
), beside AS MATERIALIZED (
  SELECT e.* FROM ({{made}}) m CROSS JOIN LATERAL
    (SELECT {_OF_E} FROM entry e WHERE e.other = m.lot AND e.kind = 4 OFFSET 0) e LIMIT $3
), lots_wanted(lot) AS (
  SELECT lot FROM reached UNION SELECT lot FROM beside
  UNION SELECT other FROM rows WHERE kind IN (4, 9)
), people_wanted(id) AS (
  SELECT op FROM rows UNION SELECT other FROM rows WHERE kind IN (2, 3)
  UNION SELECT op FROM beside UNION SELECT $4::int
), notes_wanted(id, lot) AS (
  SELECT id, min(lot) FROM (
    SELECT id, lot FROM rows WHERE kind IN (4, 5) UNION ALL SELECT id, lot FROM beside) x
  GROUP BY id
)"""  # noqa: S608 - made of the constants above
_MADE_OF_ROWS = "SELECT DISTINCT u.other AS lot FROM rows u WHERE u.kind = 4"
_MADE_OF_NONE = "SELECT NULL::int AS lot WHERE false"
_GIVEN = f"""
WITH lots_wanted(lot) AS (SELECT s::int FROM string_to_table($1, ',') s {_IDS}
), people_wanted(id) AS (SELECT s::int FROM string_to_table($2, ',') s {_IDS}
), notes_wanted(id, lot) AS (
  SELECT i::bigint, l::int FROM ROWS FROM (string_to_table($3, ','), string_to_table($4, ','))
  AS s(i, l)
)"""  # noqa: S608


_PERSON = (
    "concat_ws(E'\\x1f', a.id, a.uscc, translate(a.name, E'\\x1e\\x1f', ''), "
    "coalesce(a.kinds[1], ''), a.division, a.registered)"
)
_LOT = ", ".join(
    (
        "l.id, l.product_id, p.gtin",
        *(f"translate({text}, E'\\x1e\\x1f', '')" for text in ("p.name", "p.spec", "l.number")),
        "translate(l.lot_key, E'\\x1e\\x1f', '')",
        "coalesce(l.producer_id, p.producer_id, 0)",
        "l.produced_at, l.produced_precision, l.expires_at, l.expires_precision",
        "l.assumed_producer, coalesce(p.base_id, 0), p.contains",
    )
)
# Names of lots and people, who is read as whom, and the lot in the public reference of an entry
# with several lots, which only its note says.
_NAMES = f"""
, lots AS MATERIALIZED (
  SELECT t.* FROM lots_wanted w CROSS JOIN LATERAL (
    SELECT coalesce(l.producer_id, p.producer_id) AS producer,
      concat_ws(E'\\x1f', {_LOT}) AS said
    FROM lot l JOIN product p ON p.id = l.product_id WHERE l.id = w.lot OFFSET 0) t
), people AS MATERIALIZED (
  SELECT t.* FROM (SELECT id FROM people_wanted UNION SELECT producer FROM lots) w
  CROSS JOIN LATERAL (
    SELECT a.id, a.merged_into, {_PERSON} AS said
    FROM subject a WHERE a.id = w.id OFFSET 0) t
), merged AS MATERIALIZED (
  SELECT p.id, p.merged_into, t.said FROM people p CROSS JOIN LATERAL (
    SELECT {_PERSON} AS said FROM subject a WHERE a.id = p.merged_into OFFSET 0) t
  WHERE p.merged_into IS NOT NULL
), firsts AS (
  SELECT t.id, t.lot FROM notes_wanted w CROSS JOIN LATERAL (
    SELECT n.id, (n.said -> 'lots' ->> 0)::int AS lot FROM entry_note n
    WHERE n.lot = w.lot AND n.id = w.id AND jsonb_exists(n.said, 'lots') OFFSET 0) t
)
SELECT (SELECT string_agg(said, E'\\x1e') FROM lots) AS lots,
  (SELECT string_agg(said, E'\\x1e') FROM people WHERE merged_into IS NULL) AS people,
  (SELECT string_agg(said, E'\\x1e') FROM merged) AS targets,
  (SELECT string_agg(int4send(id) || int4send(merged_into), '') FROM merged) AS merged,
  (SELECT string_agg(int8send(id) || int4send(lot), '') FROM firsts) AS firsts"""  # noqa: S608
_ROWS = f""",
  (SELECT string_agg(int4send(lot), '') FROM reached) AS reached,
  (SELECT string_agg({_PACKED}, '') FROM rows e) AS whole,
  (SELECT string_agg({_PACKED}, '') FROM beside e) AS beside"""  # noqa: S608

DOWN = Prepared(
    "suyuan_trace_down",
    "text, int, int, int",
    _REACHED.format(following=_NEXT_DOWN, made=_MADE_OF_ROWS) + _NAMES + _ROWS,
)
UP = Prepared(
    "suyuan_trace_up",
    "text, int, int, int",
    _REACHED.format(following=_NEXT_UP, made=_MADE_OF_NONE) + _NAMES + _ROWS,
)
ALONE = Prepared(
    "suyuan_trace_alone",
    "text, int, int, int",
    _REACHED.format(following=_NEXT_SAME, made=_MADE_OF_NONE) + _NAMES + _ROWS,
)
NAMES = Prepared("suyuan_trace_names", "text, text, text, text", _GIVEN + _NAMES)
LEVEL = (
    f"SELECT {_OF_E} FROM entry e WHERE e.lot = ANY(%(lots)s::int[]) "  # noqa: S608
    "ORDER BY e.lot, e.ts LIMIT %(rows)s"
)
MADE_FROM = (
    f"SELECT {_OF_E} FROM entry e WHERE e.other = ANY(%(lots)s::int[]) "  # noqa: S608
    "AND e.kind = 4 LIMIT %(rows)s"
)
# What some operators did with lots of others that they hold as their own: no other's rows.
HAD = f"""
SELECT e.* FROM unnest(%(lots)s::int[]) AS s(lot) CROSS JOIN LATERAL (
  SELECT {_OF_E} FROM entry e WHERE e.lot = s.lot
    AND (e.op = ANY(%(who)s::int[]) OR e.kind = 10 OR e.kind = 9 AND e.unit = 0
         OR e.kind IN (2, 3) AND e.other = ANY(%(who)s::int[])) OFFSET 0) e
LIMIT %(rows)s
"""  # noqa: S608
ALL_OF = (
    "SELECT m.id, coalesce(h.merged_into, h.id) FROM subject h JOIN subject m "
    "ON m.id = coalesce(h.merged_into, h.id) OR m.merged_into = coalesce(h.merged_into, h.id) "
    "WHERE h.id = ANY(%(ids)s::int[])"
)
WORDS = "SELECT id, word FROM unit_word WHERE id = ANY(%(ids)s::int[])"
