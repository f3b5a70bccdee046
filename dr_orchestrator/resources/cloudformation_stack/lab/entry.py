"""The shape of what an estate file says of a stack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Account, Region, Scalar, Text, Truth, shaped
from dr_orchestrator.resources.estate import Entry, Found, Mistake

Template = Annotated[
    str,
    shaped(r"(?!.*\.\.)[^/\s][^\n]{0,500}", "a template's file", "its path from this file's folder, and within that"),
]
Role = Annotated[str, shaped(r"[\w+=,.@-]{1,64}", "a role's name", "letters, digits and +=,.@_-")]


class Stack(Entry):
    """A stack of a template, as its team wrote it.

    One of another `account` is a customer's; `readers` are the roles of that by which we may look at it.
    """

    template: Template
    parameters: dict[Text, Scalar] = Field(default_factory=dict)
    account: Account | None = None
    region: Region | None = None
    readers: list[Role] = Field(default_factory=list)
    protected: Truth = True

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:  # noqa: ARG002
        """Its template is there."""
        there = (home / self.template).is_file()
        return () if there else [(("template",), f"{self.template}: no such file", "it is looked for beside this file")]
