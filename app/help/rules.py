"""How the OpenAPI document becomes a page: schemas are flattened to dotted fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
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
