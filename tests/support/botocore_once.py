"""Remembers what botocore works out anew for each of thousands of clients, though it is the same for all.

Each test opens runs, and each run has clients of its own: a fifth of the time of all tests was their making. Only what
is a pure function is kept: names of events, methods of a service's clients, and whether a handler takes all that it is
given. What a client does, and what it is made of for a test, is not touched.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any

import botocore.hooks
from botocore.client import ClientCreator
from botocore.hooks import EVENT_ALIASES, EventAliaser
from botocore.model import ServiceModel


def remember() -> None:
    """From now on, in this process."""
    _remember_names()
    _remember_methods()
    _remember_signatures()


def _remember_names() -> None:
    alias = EventAliaser._alias_event_name
    known: dict[str, str] = {}

    def aliased(self: Any, name: str) -> str:
        if self._event_aliases != EVENT_ALIASES:
            return alias(self, name)
        if (told := known.get(name)) is None:
            told = known[name] = alias(self, name)
        return told

    EventAliaser._alias_event_name = aliased


def _remember_methods() -> None:
    create = ClientCreator._create_methods
    known: dict[tuple[int, int], tuple[object, dict[str, Any]]] = {}

    def created(self: Any, model: ServiceModel) -> dict[str, Any]:
        described = model._service_description  # a loader reads it once: the same object is the same service
        key = id(described)
        if key not in known:
            known[key] = described, create(self, model)
        return dict(known[key][1])

    ClientCreator._create_methods = created


def _remember_signatures() -> None:
    ask = botocore.hooks.accepts_kwargs

    def accepts(handler: Any) -> Any:
        """Told by the handler's code: to remember handlers would keep the clients of all tests to the end."""
        function = getattr(handler, "__func__", handler)
        while isinstance(function, functools.partial):
            function = function.func
        code = getattr(function, "__code__", None)
        if code is None or hasattr(function, "__wrapped__") or hasattr(function, "__signature__"):
            return ask(handler)
        return bool(code.co_flags & inspect.CO_VARKEYWORDS)

    botocore.hooks.accepts_kwargs = accepts
