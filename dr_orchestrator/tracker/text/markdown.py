"""Blocks in Markdown: anybody's words stand in code, where no name is called, no link made and no command obeyed."""

from __future__ import annotations

import re

from dr_orchestrator.domain.tickets.draft import Block, Facts, Said, Text


def markdown(text: Text) -> str:
    """The description, the comment or the part of a file."""
    return "\n\n".join(filter(None, map(_written, text)))


def _written(block: Block) -> str:
    if isinstance(block, Said):
        return block.text
    if isinstance(block, Facts):
        return "\n".join(f"- **{name}:** {inline(value)}" for name, value in block.rows)
    fence = _longer_than("`", block.text, 3)
    return f"{fence}text\n{block.text}\n{fence}" if block.text else ""


def inline(text: str) -> str:
    """A text in one line, as code."""
    fence = _longer_than("`", text, 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{text}{room}{fence}" if text else "-"


def _longer_than(letter: str, text: str, least: int) -> str:
    return letter * max([least, *(len(each) + 1 for each in re.findall(f"{letter}+", text))])
