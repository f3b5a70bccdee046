"""Blocks in the wiki markup of Jira Data Center: anybody's words stand where it is not read as markup."""

from __future__ import annotations

import re

from dr_orchestrator.domain.tickets.draft import Block, Facts, Said, Text

_ENDS = re.compile(r"\{(?=noformat)", re.IGNORECASE)
_MARKUP = re.compile(r"([\\{}\[\]*_^~+\-?|!@#&])")


def wiki(text: Text) -> str:
    """The description or the comment."""
    return "\n\n".join(filter(None, map(_written, text)))


def _written(block: Block) -> str:
    if isinstance(block, Said):
        return block.text
    if isinstance(block, Facts):
        return "\n".join(f"* *{name}:* {_MARKUP.sub(_escaped, value)}" for name, value in block.rows)
    return f"{{noformat}}\n{_ENDS.sub('( ', block.text)}\n{{noformat}}" if block.text else ""


def _escaped(found: re.Match[str]) -> str:
    return "&#92;" if found[1] == "\\" else f"\\{found[1]}"  # two of these would end the line
