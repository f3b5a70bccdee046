"""One request on its way: written, or given up before that, and never the one after the other."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any


class GivenUp(Exception):
    """The request is not written any more: nobody waits for it."""


class Writing:
    """One request, to the connection that is about to write it and to whoever may give it up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given_up = False
        self.begun = False

    def give_up(self) -> None:
        """Have it written no more, where it was not."""
        with self._lock:
            self._given_up = True

    def trace(self, event: str, _: Mapping[str, Any]) -> None:
        """Hear of what a connection begins, as httpcore tells its `trace`; GivenUp before it would write a request."""
        if event.endswith("send_request_headers.started"):
            with self._lock:
                if self._given_up:
                    raise GivenUp
                self.begun = True
