"""The statements of a trace: what it can concern is found, read and named in one round trip.

Planning such a statement takes the server ten times as long as answering it for a usual lot, so
each connection plans it once (``Prepared``). Rows come packed (``rules.columns``), names as columns
of texts: as tuples, thousands of either would cost more than the trace. Bounds that exclude nothing
(``BETWEEN 0 AND ...``) tell the planner that few lots are meant; LATERAL with OFFSET 0 makes it
probe the index lot by lot. What is asked of the uses and yields again is put aside once
(``turned``): each further look at all rows of a huge lot takes a millisecond.
"""

from __future__ import annotations

from ledger.kernel.statements import Prepared

FIELD_END, RECORD_END = "\x1f", "\x1e"  # between the texts of a name, and between names
_IDS = "WHERE s::int BETWEEN 0 AND 2147483647"
_OF_E = "e.lot, e.ts, e.kind, e.op, e.other, e.qty, e.id, e.doc, e.unit, e.precision, e.flags"
_PACKED = (  # as rules.columns unpacks them; few calls, because each is 2 % of a large trace
    "int8send((e.lot::bigint << 32) | (e.ts & 4294967295))"
    " || int8send((e.op::bigint << 32) | (e.other & 4294967295))"
    " || int8send(e.qty) || int8send(e.id)"
    " || int8send((e.doc::bigint << 32) | (e.unit::int << 16) | e.flags)"
    " || int2send((e.kind << 8) | e.precision)"
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
), turned AS MATERIALIZED (
  SELECT lot, id, other, kind FROM rows WHERE kind IN (4, 5, 9)
), beside AS MATERIALIZED (
  SELECT e.* FROM ({{made}}) m CROSS JOIN LATERAL
    (SELECT {_OF_E} FROM entry e WHERE e.other = m.lot AND e.kind = 4 OFFSET 0) e LIMIT $3
), lots_wanted(lot) AS (
  SELECT lot FROM reached UNION SELECT lot FROM beside
  UNION SELECT other FROM turned WHERE kind IN (4, 9)
), notes_wanted(id, lot) AS (
  SELECT id, min(lot) FROM (
    SELECT id, lot FROM turned WHERE kind IN (4, 5) UNION ALL SELECT id, lot FROM beside) x
  GROUP BY id
)"""  # noqa: S608 - made of the constants above
_PEOPLE_OF_ROWS = (
    "SELECT op FROM rows UNION SELECT other FROM rows WHERE kind IN (2, 3) "
    "UNION SELECT op FROM beside UNION SELECT $4::int"
)
_PEOPLE_GIVEN = f"SELECT s::int FROM string_to_table($2, ',') s {_IDS}"  # noqa: S608
_MADE_OF_ROWS = "SELECT DISTINCT u.other AS lot FROM turned u WHERE u.kind = 4"
_MADE_OF_NONE = "SELECT NULL::int AS lot WHERE false"
_GIVEN = f"""
WITH lots_wanted(lot) AS (SELECT s::int FROM string_to_table($1, ',') s {_IDS}
), notes_wanted(id, lot) AS (
  SELECT i::bigint, l::int FROM ROWS FROM (string_to_table($3, ','), string_to_table($4, ','))
  AS s(i, l)
)"""  # noqa: S608


def _joined(text: str) -> str:
    """A column of texts as one."""
    return f"string_agg(replace({text}, E'\\x1e', ''), E'\\x1e')"


# Names of lots and people come column by column: one text of all names, one of all codes. Put
# together row by row they cost twice as much. Who is read as another is rare, and is said beside.
_TARGET = (
    "SELECT concat_ws(E'\\x1f', b.id, b.uscc, translate(b.name, E'\\x1e\\x1f', ''), "
    "coalesce(b.kinds[1], ''), b.division, b.registered) FROM subject b WHERE b.id = a.merged_into"
)
_PEOPLE = f"""
SELECT string_agg(int4send(a.id), '') AS ids, {_joined("a.name")} AS names,
  string_agg(a.uscc, E'\\x1e') AS usccs, string_agg(coalesce(a.kinds[1], ''), E'\\x1e') AS kinds,
  string_agg(a.division, E'\\x1e') AS divisions,
  string_agg(int4send(a.id), '') FILTER (WHERE NOT a.registered) AS strangers,
  string_agg(int4send(a.id) || int4send(a.merged_into), '')
    FILTER (WHERE a.merged_into IS NOT NULL) AS merged,
  string_agg(CASE WHEN a.merged_into IS NOT NULL THEN ({_TARGET}) END, E'\\x1e') AS targets
FROM (SELECT id FROM people_wanted WHERE id IS NOT NULL ORDER BY id) w CROSS JOIN LATERAL (
  SELECT a.id, a.name, a.uscc, a.kinds, a.division, a.registered, a.merged_into
  FROM subject a WHERE a.id = w.id OFFSET 0) a"""  # noqa: S608
_LOTS = f"""
SELECT string_agg(numbers, '') AS numbers, {_joined("gtin")} AS gtins,
  {_joined("name")} AS names, {_joined("spec")} AS specs, {_joined("number")} AS printed,
  {_joined("lot_key")} AS keys,
  string_agg(id || '=' || contains, ' ') FILTER (WHERE base_id <> product_id) AS packs
FROM lots"""  # noqa: S608
_LOT_NUMBERS = (  # as queries.names unpacks them
    "int8send((l.id::bigint << 32) | l.product_id)"
    " || int8send((coalesce(l.producer_id, p.producer_id, 0)::bigint << 32)"
    " | (l.produced_at & 4294967295))"
    " || int8send((l.expires_at::bigint << 32) | (l.produced_precision::int << 16)"
    " | (l.expires_precision << 8) | l.assumed_producer::int)"
)
# ... and the lot in the public reference of an entry with several lots, which only its note says.
_NAMES = f"""
, lots AS MATERIALIZED (
  SELECT coalesce(l.producer_id, p.producer_id) AS producer, {_LOT_NUMBERS} AS numbers,
    p.gtin, p.name, p.spec, l.number, l.lot_key, l.id, l.product_id, p.base_id, p.contains
  FROM lots_wanted w
  CROSS JOIN LATERAL (SELECT * FROM lot l WHERE l.id = w.lot OFFSET 0) l
  CROSS JOIN LATERAL (SELECT * FROM product p WHERE p.id = l.product_id OFFSET 0) p
), people_wanted(id) AS (
  {{people}} UNION SELECT producer FROM lots
  WHERE id IN (SELECT s::int FROM string_to_table({{roots}}, ',') s)
), firsts AS (
  SELECT t.id, t.lot FROM notes_wanted w CROSS JOIN LATERAL (
    SELECT n.id, (n.said -> 'lots' ->> 0)::int AS lot FROM entry_note n
    WHERE n.lot = w.lot AND n.id = w.id AND jsonb_exists(n.said, 'lots') OFFSET 0) t
)
SELECT p.*, l.numbers AS lot_numbers, l.gtins, l.names AS lot_names, l.specs, l.printed, l.keys,
  l.packs,
  (SELECT string_agg(int8send(id) || int4send(lot), '') FROM firsts) AS firsts"""  # noqa: S608
_FROM = f"""
FROM ({_PEOPLE}) p CROSS JOIN ({_LOTS}) l"""
_ROWS = f""",
  (SELECT string_agg(int4send(lot), '') FROM reached) AS reached,
  (SELECT string_agg({_PACKED}, '') FROM rows e) AS whole,
  (SELECT string_agg({_PACKED}, '') FROM beside e) AS beside"""  # noqa: S608


def _statement(name: str, following: str, made: str) -> Prepared:
    """Find, read and name: ``following`` leads from a lot to the next, ``made`` to its outputs."""
    names = _NAMES.format(people=_PEOPLE_OF_ROWS, roots="$1")
    sql = _REACHED.format(following=following, made=made) + names + _ROWS + _FROM
    return Prepared(name, "text, int, int, int", sql)


DOWN = _statement("suyuan_trace_down", _NEXT_DOWN, _MADE_OF_ROWS)
UP = _statement("suyuan_trace_up", _NEXT_UP, _MADE_OF_NONE)
ALONE = _statement("suyuan_trace_alone", _NEXT_SAME, _MADE_OF_ROWS)
NAMES = Prepared(
    "suyuan_trace_names",
    "text, text, text, text, text",
    _GIVEN + _NAMES.format(people=_PEOPLE_GIVEN, roots="$5") + _FROM,
)
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
