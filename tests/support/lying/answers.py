"""An answer of AWS on its way through the proxy, and the ways in which it comes out another."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from dr_orchestrator.lab.calls import ApiCall
from tests.support.lying.fields import Tree, tree_of

_COPY = re.compile(rb"dro-\d{8}-[0-9a-f]+-[a-z0-9-]+[a-z0-9]")
PAGE = b"<!DOCTYPE html><html><body><h1>Sign in to the guest network</h1></body></html>"


@dataclass(frozen=True)
class Answer:
    """An answer; of its body only `sent` bytes are sent, where that is said, each `pause` real seconds apart."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sent: int | None = None
    pause: float = 0.0

    @property
    def good(self) -> bool:
        """Whether it is no error."""
        return self.status < 300


Alter = Callable[[Answer, ApiCall], Answer]


def truncated(share: float) -> Alter:
    """Ends early, and is whole by its own word."""
    return lambda answer, _call: replace(answer, body=answer.body[: int(len(answer.body) * share)])


def cut(share: float) -> Alter:
    """The connection ends in the middle of it."""
    return lambda answer, _call: replace(answer, sent=int(len(answer.body) * share))


def dripping(pause: float) -> Alter:
    """Comes byte by byte."""
    return lambda answer, _call: replace(answer, pause=pause)


def page(status: int = 200) -> Alter:
    """A web page in its place, as of a gateway that wants a login."""
    return lambda answer, _call: replace(answer, status=status, headers=(("Content-Type", "text/html"),), body=PAGE)


def repeated() -> Alter:
    """The first answer to an operation is given to each that is asked after it."""
    first: dict[tuple[str, str], Answer] = {}
    return lambda answer, call: first.setdefault((call.service, call.action), answer)


def changed(change: Callable[[Tree], object]) -> Alter:
    """Its fields are changed; what has none is left as it is."""

    def alter(answer: Answer, call: ApiCall) -> Answer:
        tree = tree_of(answer.body, call.protocol)
        if tree is None:
            return answer
        change(tree)
        return replace(answer, body=tree.dumped())

    return alter


def saying(**values: str) -> Alter:
    """Fields of these names say something else, wherever they stand."""

    def say(tree: Tree) -> None:
        for field in tree.fields():
            if field.name in values:
                field.put(values[field.name])

    return changed(say)


def without(*names: str) -> Alter:
    """Fields of these names are missing, wherever they stand."""

    def drop(tree: Tree) -> None:
        for field in tree.fields():
            if field.name in names:
                field.remove()

    return changed(drop)


CHANGES = ("remove", "retype", "double", "empty")


def disturbed(how: str, seed: int) -> Alter:
    """One field, drawn by the seed, is removed, of another kind, doubled or empty."""

    def disturb(tree: Tree) -> None:
        if fields := [each for each in tree.fields() if how != "remove" or not each.is_of_a_list]:
            getattr(random.Random(seed).choice(fields), how)()

    return changed(disturb)


def mistaken(others: Sequence[str], seed: int) -> Alter:
    """A copy that it names is called as something else: as production, say."""

    def alter(answer: Answer, _call: ApiCall) -> Answer:
        named, drawn = sorted(set(_COPY.findall(answer.body))), random.Random(seed)
        if not named:
            return answer
        return replace(answer, body=answer.body.replace(drawn.choice(named), drawn.choice(others).encode()))

    return alter


def replaced(one: str, other: str) -> Alter:
    """One text stands in it as another, wherever it stands."""
    return lambda answer, _call: replace(answer, body=answer.body.replace(one.encode(), other.encode()))


def renamed(ending: str, other: str) -> Alter:
    """Every copy whose name ends so is called as something else."""

    def alter(answer: Answer, _call: ApiCall) -> Answer:
        body = answer.body
        for one in [each for each in _COPY.findall(body) if each.endswith(ending.encode())]:
            body = body.replace(one, other.encode())
        return replace(answer, body=body)

    return alter
