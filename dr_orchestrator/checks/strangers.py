"""Whether a statement about one tenant counts the rows of that tenant alone: it is asked for keys that nobody has.

One that asks the same of every tenant, or of all whose keys begin alike, would find a tenant that was lost.
"""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable, Hashable, Iterable, Iterator

from dr_orchestrator.domain.counted import counted
from dr_orchestrator.errors import NotMeasured

_NUMBER = re.compile(r"-?\d+", re.ASCII)
_PLAIN = re.compile(r"0|-?[1-9]\d*", re.ASCII)
_BEFORE_DIGITS = re.compile(r"[+-]?0[xob](?=[\da-f])|[+-]?(?=[.\d])", re.ASCII | re.IGNORECASE)
_NO_SUCH_VALUE = "22"
"""The class of SQLSTATE by which PostgreSQL says that a text is no value of a type: then it is nobody's key."""

_UNTRIED = "it takes no key that nobody has: unless it compares as text, it may ask for more than one tenant"


class Strangers:
    """The counts of statements for keys that nobody has; what was found out of one holds wherever it is asked again."""

    def __init__(self) -> None:
        self._told: dict[Hashable, str] = {}
        self._longer: set[Hashable] = set()

    def prove(self, of: Hashable, tenant: str, count: Callable[[str], int]) -> None:
        """Before a tenant is asked for: refuse (NotMeasured) a statement that counts rows of no tenant."""
        if of not in self._told:
            found = _found(_keys(tenant), count)
            if found is None:  # by a key of this tenant's kind: another tenant's may tell
                raise NotMeasured(_UNTRIED)
            self._told[of] = found
        self._refuse(of)

    def prove_longer(self, of: Hashable, tenant: str, count: Callable[[str], int]) -> None:
        """Once a tenant has rows: refuse a statement that finds them by a key that only begins like its own."""
        if of not in self._longer:
            longer = f"{tenant}x{secrets.token_hex(8)}", "a key that only begins like a tenant's"
            self._told[of] = _found([longer], count) or ""
            self._longer.add(of)
        self._refuse(of)

    @staticmethod
    def prove_spelled(tenant: str, count: Callable[[str], int]) -> None:
        """Once a tenant has rows: refuse a key that is read as a number and is not written as one, as 007 for 7.

        The rows are then those of a key that is written otherwise, which may be another tenant's. With zeros more in
        front it is nobody's key, unless it is read as a number.
        """
        found = None if _PLAIN.fullmatch(tenant) else _BEFORE_DIGITS.match(tenant)
        if found is not None:
            zeros = f"{found[0]}{'0' * 24}{tenant[found.end() :]}"
            if _found([(zeros, "zeros in front")], count):
                told = f"for the database {tenant} is a number, and not written so: whose rows it counts is not known"
                raise NotMeasured(told, "write the key in the list of sites as the database does")

    def _refuse(self, of: Hashable) -> None:
        if told := self._told[of]:
            raise NotMeasured(told)


def _keys(tenant: str) -> Iterator[tuple[str, str]]:
    """Keys that no tenant has, and what each is called; the first is of the same type as the tenant's."""
    if _NUMBER.fullmatch(tenant):
        yield f"-{20_000 + secrets.randbelow(12_000)}", "a number below 0"
        for least in (2_000_000_000, 9_000_000_000_000_000_000):
            yield str(least + secrets.randbelow(147_000_000)), "a number of no tenant"
    elif _is_uuid(tenant):
        yield str(uuid.uuid4()), "a key of no tenant"
    else:
        yield f"no-tenant-{secrets.token_hex(8)}", "a key of no tenant"
    yield "%", "the key '%'"
    yield "", "an empty key"


def _found(keys: Iterable[tuple[str, str]], count: Callable[[str], int]) -> str | None:
    """The rows counted for keys that nobody has, in words: empty of none, None where no such key is taken."""
    told: str | None = None
    for key, what in keys:
        try:
            rows = count(key)
        except Exception as error:
            if not str(getattr(error, "sqlstate", None) or "").startswith(_NO_SUCH_VALUE):
                raise
            continue
        if rows:
            return f"for {what} it counts {counted(rows, 'row')}: it does not ask for one tenant alone"
        told = ""
    return told


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
