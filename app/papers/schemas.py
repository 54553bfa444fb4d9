"""The form in which a copy is handed over to be checked."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, post_load

from app.papers import errors


class CheckForm(Schema):
    """A file; gives its bytes. Refuses: NoFileGiven."""

    class Meta:
        """A form sends names of its own."""

        unknown = EXCLUDE

    file = fields.Raw(load_default=None)

    @post_load
    def content(self, data: dict[str, object], **_said: object) -> bytes:
        """What the file holds."""
        given = data.get("file")
        read = getattr(given, "read", None)
        content = read() if read else b""
        if not isinstance(content, bytes) or not content:
            raise errors.NoFileGiven(field="file")
        return content
