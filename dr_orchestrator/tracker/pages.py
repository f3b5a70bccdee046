"""The lists of GitHub and GitLab: a hundred at a time, each page with a link to the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from dr_orchestrator.tracker.client import Client
from dr_orchestrator.tracker.shape import Json, Pages, listed

PAGE = 100
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[^,;<>]*)*)")
_NEXT = re.compile(r"""rel\s*=\s*["']?[^"']*\bnext\b""")


def pages(client: Client, path: str, params: Mapping[str, str]) -> Iterator[Json]:
    """All that a path lists. A page that has links ends the list where none of them leads on; else a short one does.

    Of a link the question alone is followed: the path stays, and with it the host that the token is sent to.
    """
    call, number = client.call("GET", path), 1
    read, asked = Pages(call), {**params, "per_page": str(PAGE), "page": "1"}
    while True:
        got = client.get(path, asked)
        page = listed(call, got.data)
        read.hold(page, tuple(sorted(asked.items())))
        yield from page
        number += 1
        if links := got.headers.get("link"):
            following = _following(links)
            if following is None:
                return
            asked = {**asked, **following}
        elif len(page) < PAGE:
            return
        else:
            asked = {**asked, "page": str(number)}


def _following(links: str) -> dict[str, str] | None:
    """The parameters of the link to the next page; None where there is none."""
    for url, about in _LINK.findall(links):
        if _NEXT.search(about):
            return dict(parse_qsl(urlsplit(url).query))
    return None
