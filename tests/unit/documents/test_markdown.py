"""The links of Markdown are found wherever readers would follow one, and nowhere else."""

from __future__ import annotations

import pytest

from dr_orchestrator.documents.markdown import links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[a](https://a.x/b(c))", ["https://a.x/b(c)"]),
        ('![i](img.png "title") and [s](<with space.md>)', ["img.png", "with space.md"]),
        ("<https://a.x> https://b.x/c. (https://d.x)", ["https://a.x", "https://b.x/c", "https://d.x"]),
        ("[r][1]\n\n[1]: https://r.x", ["https://r.x"]),
        ("[x](a.md) [y](a.md)", ["a.md"]),
        ("`[a](no)` ``https://no`` <!-- [b](no) -->", []),
        ("```\n[a](no)\n```\n[b](b.md)\n~~~~\nhttps://no\n~~~\nhttps://no\n", ["b.md"]),
        ("no link ] (at all)", []),
        ('<a href="https://a.x/h">a</a> <img alt=i src=i.png>', ["https://a.x/h", "i.png"]),
        ("Use ` here.\n\n[dead](gone.md)\n\nand ` there", ["gone.md"]),
        ("- ```\n  [a](no)\n  ```\n[y](after.md)", ["after.md"]),
        ("<!-- open\n[y](after.md)", ["after.md"]),
        ("<!--" * 16000 + " [y](after.md)", ["after.md"]),
    ],
)
def test_links_are_found_once_and_not_in_code(text: str, found: list[str]) -> None:
    """In their order."""
    assert links(text) == found
