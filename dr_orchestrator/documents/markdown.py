"""The links of a Markdown document, in their order, each once; what stands in code is none."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^\s*(?:(?:[-*+]|\d{1,9}[.)]|>)\s+)*(`{3,}|~{3,})")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n).)*?(?<!`)\1(?!`)", re.S)
"""Code within a paragraph: a lone backtick does not hide the paragraphs that follow it."""

_HTML = re.compile(r"""<(?:a|img)\s[^<>]*?(?:href|src)\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.I)
_INLINE = re.compile(r"\]\(\s*(?:<([^<>\n]+)>|([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*))")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s*(?:<([^<>\n]+)>|(\S+))", re.M)
_AUTO = re.compile(r"<(https?://[^\s<>]+)>", re.I)
_BARE = re.compile(r"(?<![\w\"'=])(https?://[^\s<>()\[\]\"'`]*[^\s<>()\[\]\"'`.,;:!?*_~])", re.I)


def links(text: str) -> list[str]:
    """The targets of all links: of HTML, inline ones, references, addresses between `<` and `>`, and bare ones."""
    plain = _without_comments(_CODE.sub(" ", _without_fences(text)))
    found: list[tuple[int, str]] = []
    for pattern in (_HTML, _INLINE, _REFERENCE, _AUTO, _BARE):
        matches = list(pattern.finditer(plain))
        found += [(each.start(), target) for each in matches if (target := next(filter(None, each.groups()), ""))]
        plain = pattern.sub(lambda each: " " * len(each[0]), plain)  # what is one link is no other besides
    return list(dict.fromkeys(target for _, target in sorted(found)))


def _without_comments(text: str) -> str:
    """The text without its comments, in one pass; one that nobody closes hides nothing."""
    kept, at = [], 0
    while (begins := text.find("<!--", at)) >= 0 and (ends := text.find("-->", begins + 4)) >= 0:
        kept.append(text[at:begins])
        at = ends + 3
    return " ".join((*kept, text[at:]))


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
