"""One process of Apprise for all tests of a module: its start alone takes half a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dr_orchestrator.domain.notices.text import Message
from dr_orchestrator.notify.post import ApprisePost


class Lent:
    """The process as a sync has it: whoever closes it lets it stand for the next."""

    def __init__(self, post: ApprisePost) -> None:
        self._post = post

    def send(self, url: str, said: Message, *, urgent: bool) -> None:
        """Send it by the real process."""
        self._post.send(url, said, urgent=urgent)

    def close(self) -> None:
        """Leave it to the next."""


@contextmanager
def standing_post() -> Iterator[Lent]:
    """The real process, ended at the end."""
    post = ApprisePost()
    try:
        yield Lent(post)
    finally:
        post.close()
