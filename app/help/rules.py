"""How the OpenAPI document and the figures of the benchmarks become pages.

Schemas are flattened to dotted fields, figures become tables in Markdown.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.help.terms import Field, Operation, Reply

_METHODS = ("get", "post", "put", "patch", "delete")
_DEPTH_MAX = 5  # a deeper schema is read in the document itself


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """All endpoints of an OpenAPI document, in its order."""
    return [
        _operation(document, path, method, item[method])
        for path, item in document.get("paths", {}).items()
        for method in _METHODS
        if method in item
    ]


def _operation(
    document: Mapping[str, Any], path: str, method: str, said: Mapping[str, Any]
) -> Operation:
    return Operation(
        anchor=f"{method}{path}".replace("/", "-").replace("{", "").replace("}", ""),
        method=method.upper(),
        path=path,
        summary=said.get("summary", ""),
        about=said.get("description", ""),
        tag=(said.get("tags") or [""])[0],
        takes=tuple(_taken(document, said)),
        example=_body_example(said),
        replies=tuple(_replies(document, said)),
    )


def _taken(document: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Field]:
    for given in said.get("parameters", []):
        one = resolved(document, given)
        schema = resolved(document, one.get("schema", {}))
        yield Field(
            path=one["name"],
            type=f"{type_of(document, schema)}, {one['in']}",
            required=bool(one.get("required")),
            about=one.get("description", ""),
            example=_example(schema, one),
        )
    for content in said.get("requestBody", {}).get("content", {}).values():
        yield from fields_of(document, content.get("schema", {}))


def _body_example(said: Mapping[str, Any]) -> str:
    """A whole body as it is sent, as indented JSON; nothing where none is given."""
    for content in said.get("requestBody", {}).get("content", {}).values():
        if content.get("example"):
            return json.dumps(content["example"], ensure_ascii=False, indent=2)
    return ""


def _replies(document: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Reply]:
    for status, given in sorted(said.get("responses", {}).items()):
        reply = resolved(document, given)
        contents = reply.get("content", {})
        body = contents.get("application/json", {}) if str(status).startswith("2") else {}
        yield Reply(
            status=str(status),
            about=reply.get("description", ""),
            fields=tuple(fields_of(document, body.get("schema", {}))),
        )


def resolved(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """A node itself, or what its ``$ref`` points at inside the document."""
    reference = node.get("$ref", "")
    if not reference.startswith("#/"):
        return node
    found: Any = document
    for step in reference[2:].split("/"):
        found = found[step]
    assert isinstance(found, Mapping)
    return found


def type_of(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The type of a schema in one word or two: ``string``, ``list of integer``, ``a or b``."""
    schema = resolved(document, schema)
    several = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if several:
        return " or ".join(dict.fromkeys(type_of(document, one) for one in several))
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    said = schema.get("type", "any")
    name = " or ".join(said) if isinstance(said, list) else str(said)
    if name == "array":
        return f"list of {type_of(document, schema.get('items', {}))}"
    return f"{name} ({schema['format']})" if "format" in schema else name


def fields_of(
    document: Mapping[str, Any], schema: Mapping[str, Any], path: str = "", depth: int = 0
) -> Iterator[Field]:
    """The fields of an object schema and of what lies inside, as dotted paths."""
    schema = resolved(document, schema)
    if schema.get("type") == "array" and depth < _DEPTH_MAX:
        yield from fields_of(document, schema.get("items", {}), f"{path}[]", depth + 1)
        return
    wanted = set(schema.get("required", []))
    for name, given in schema.get("properties", {}).items():
        inner = resolved(document, given)
        here = f"{path}.{name}" if path else name
        yield Field(
            path=here,
            type=type_of(document, given),
            required=name in wanted,
            about=given.get("description", inner.get("description", "")),
            example=_example(given, inner),
        )
        if depth < _DEPTH_MAX and (inner.get("properties") or inner.get("items")):
            yield from fields_of(document, inner, here, depth + 1)


def _example(*places: Mapping[str, Any]) -> str:
    for place in places:
        if "example" in place:
            said = place["example"]
        elif place.get("examples"):
            said = place["examples"][0] if isinstance(place["examples"], list) else ""
        else:
            continue
        return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return ""


_HEADS = {
    "zh": ("量", "中位", "最好", "最差", "单位", "比值", "目标"),
    "en": ("Figure", "Median", "Best", "Worst", "Unit", "Ratio", "Target"),
}
_WORDS = {
    "zh": {
        "none": "这一版还没有测过。",
        "rows": "行",
        "cores": "核",
        "memory": "内存",
        "load": "开始时负载",
        "met": "达到",
        "missed": "未达到",
    },
    "en": {
        "none": "Nothing was measured for this release yet.",
        "rows": "rows",
        "cores": "cores",
        "memory": "memory",
        "load": "load average at the start",
        "met": "met",
        "missed": "missed",
    },
}


def figures(lines: Iterable[str], language: str) -> str:
    """What ``suyuan bench … --json`` printed, as Markdown; of one bench and size the last line."""
    found: dict[tuple[str, int], Mapping[str, Any]] = {}
    for line in lines:
        if line.strip():
            said = json.loads(line)
            found[said["bench"], said["entries"]] = said
    if not found:
        return _WORDS[language]["none"]
    return "\n\n".join(_measured(found[key], language) for key in sorted(found))


def _measured(said: Mapping[str, Any], language: str) -> str:
    """One run: where and how it was measured, and its table."""
    words, machine = _WORDS[language], said["machine"]
    lines = [
        f"### {said['bench']} · {said['entries']:,} {words['rows']}",
        "",
        " · ".join(
            [
                said["date"],
                f"`{said['command']}`",
                f"{machine['cpu']}, {machine['cores']} {words['cores']}",
                f"{machine['memory_gib']} GiB {words['memory']}",
                f"Linux {machine['kernel']}",
                f"Python {machine['python']}",
                f"PostgreSQL {machine['postgresql']}",
                f"{words['load']} {machine['load_average']}",
            ]
        ),
        "",
        _row(_HEADS[language]),
        _row(["---", *["---"] * 3, *["---"] * 3]),
        *(_row(_cells(one, language)) for one in said["results"]),
        "",
        *(f"* {note[language]}" for note in said.get("notes", ())),
    ]
    return "\n".join(lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _cells(one: Mapping[str, Any], language: str) -> list[str]:
    over = "> " if one.get("over") else ""
    ratio = f"{_figure(one['ratio'])} × {one['ratio_to']}" if "ratio" in one else ""
    shown = [over + _figure(one[name]) for name in ("value", "best", "worst")]
    return [one[language], *shown, one["unit"], ratio, _promise(one.get("target"), language)]


def _promise(target: Mapping[str, Any] | None, language: str) -> str:
    if target is None:
        return ""
    sign, words = "≤" if target["most"] else "≥", _WORDS[language]
    times = " ×" if target["on"] == "ratio" else ""
    met = words["met" if target["met"] else "missed"]
    return f"{sign} {_figure(target['bound'])}{times} {met}"


def _figure(value: Any) -> str:
    """Three significant digits, thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
