"""The OpenAPI document is flattened to fields a reader can scan."""

from __future__ import annotations

import pytest

from app.help import rules

DOCUMENT = {
    "components": {
        "schemas": {
            "Lot": {
                "type": "object",
                "required": ["lot"],
                "properties": {
                    "lot": {"type": "string", "description": "printed number", "example": "L1"},
                    "made": {"type": ["string", "null"], "format": "date"},
                },
            },
        }
    },
    "paths": {
        "/x/{id}": {
            "post": {
                "summary": "Do x",
                "tags": ["xs"],
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "kind": {"enum": ["a", "b"]},
                                    "lots": {
                                        "type": "array",
                                        "items": {"$ref": "#/components/schemas/Lot"},
                                    },
                                },
                            }
                        }
                    }
                },
                "responses": {
                    "200": {
                        "description": "done",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Lot"}}
                        },
                    }
                },
            }
        }
    },
}


def test_an_endpoint_is_flattened():
    (one,) = rules.operations(DOCUMENT)
    assert (one.method, one.path, one.tag, one.anchor) == ("POST", "/x/{id}", "xs", "post-x-id")
    assert [(f.path, f.type, f.required) for f in one.takes] == [
        ("id", "integer, path", True),
        ("kind", "a | b", False),
        ("lots", "list of object", False),
        ("lots[].lot", "string", True),
        ("lots[].made", "string or null (date)", False),
    ]
    assert one.takes[3].example == "L1"
    assert [f.path for f in one.replies[0].fields] == ["lot", "made"]


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({}, "any"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"type": "array"}, "list of any"),
        ({"$ref": "#/components/schemas/Lot"}, "object"),
    ],
)
def test_types_are_said_in_words(schema, said):
    assert rules.type_of(DOCUMENT, schema) == said


def test_a_schema_that_holds_itself_ends():
    document = {
        "components": {
            "schemas": {"Me": {"properties": {"me": {"$ref": "#/components/schemas/Me"}}}}
        }
    }
    fields = list(rules.fields_of(document, {"$ref": "#/components/schemas/Me"}))
    assert len(fields) == 6
