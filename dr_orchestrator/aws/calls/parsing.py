"""How the texts of an answer become values: botocore's parsers, without their one guess."""

from __future__ import annotations

from typing import Any

from botocore.parsers import BaseXMLResponseParser, ResponseParserFactory

_BOOLEANS = {"true": True, "false": False}


class Parsers(ResponseParserFactory):  # type: ignore[misc]
    """Makes botocore's parsers: those of XML would take every text but `true` for false.

    Whether a copy is open to all is told by a boolean.
    """

    def create_parser(self, protocol_name: str) -> Any:
        """A parser for a protocol of AWS's."""
        parser = super().create_parser(protocol_name)
        if isinstance(parser, BaseXMLResponseParser):
            parser._handle_boolean = _boolean
        return parser


def _boolean(_shape: Any, told: Any) -> bool | str:
    """The value of an element, or of a header; its text where that is none, which `answers` then tells by its field."""
    text = str((told.text if hasattr(told, "text") else told) or "")
    return _BOOLEANS.get(text.lower(), text)
