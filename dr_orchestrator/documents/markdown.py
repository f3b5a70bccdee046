"""The links of a Markdown document, in their order, each once; what stands in code is none."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.M)
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)
_INLINE = re.compile(r"\]\(\s*(?:<([^<>\n]+)>|([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*))")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s*(?:<([^<>\n]+)>|(\S+))", re.M)
_AUTO = re.compile(r"<(https?://[^\s<>]+)>", re.I)
_BARE = re.compile(r"(?<![\w\"'=])(https?://[^\s<>()\[\]\"'`]*[^\s<>()\[\]\"'`.,;:!?*_~])", re.I)


def links(text: str) -> list[str]:
    """The targets of all links: inline ones, references, addresses between `<` and `>`, and bare ones."""
    plain = _COMMENT.sub(" ", _CODE.sub(" ", _without_fences(text)))
    found: list[tuple[int, str]] = []
    for pattern in (_INLINE, _REFERENCE, _AUTO, _BARE):
        matches = list(pattern.finditer(plain))
        found += [(each.start(), target) for each in matches if (target := next(filter(None, each.groups()), ""))]
        plain = pattern.sub(lambda each: " " * len(each[0]), plain)  # what is one link is no other besides
    return list(dict.fromkeys(target for _, target in sorted(found)))


def _without_fences(text: str) -> str:
    """The text without its fenced blocks; one that nobody closes goes on to the end."""
    kept, fence = [], ""
    for line in text.splitlines():
        opened = _FENCE.match(line)
        if fence:
            if opened and opened[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if opened:
            fence = opened[1]
            continue
        kept.append(line)
    return "\n".join(kept)
