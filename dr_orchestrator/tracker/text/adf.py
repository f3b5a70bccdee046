"""Blocks in the Atlassian Document Format, which Jira Cloud takes: nodes hold text, so that nothing in it is obeyed."""

from __future__ import annotations

from typing import Any

from dr_orchestrator.domain.tickets.draft import Block, Facts, Said, Text

Node = dict[str, Any]


def document(text: Text) -> Node:
    """The document of a description or a comment."""
    return {"type": "doc", "version": 1, "content": [node for block in text for node in _nodes(block)]}


def _nodes(block: Block) -> list[Node]:
    if isinstance(block, Said):
        return [{"type": "paragraph", "content": [_text(block.text)]}]
    if isinstance(block, Facts):
        return [{"type": "bulletList", "content": [_item(name, value) for name, value in block.rows]}]
    return [{"type": "codeBlock", "content": [_text(block.text)]}] if block.text else []  # no node may be empty


def _item(name: str, value: str) -> Node:
    named = {**_text(f"{name}: "), "marks": [{"type": "strong"}]}
    return {"type": "listItem", "content": [{"type": "paragraph", "content": [named, _text(value or "-")]}]}


def _text(text: str) -> Node:
    return {"type": "text", "text": text}
