"""Files of an app in the bucket that its templates take them from: out of the assembly, else out of production's."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from dr_orchestrator.aws.accounts import Account
from dr_orchestrator.aws.calls.api import NotFound, Refused
from dr_orchestrator.aws.calls.bodies import body
from dr_orchestrator.aws.preflight.assets import listed
from dr_orchestrator.domain.app import Asset
from dr_orchestrator.errors import NotMeasured, Transient
from dr_orchestrator.resources.cloudformation_stack.publishing import content
from dr_orchestrator.resources.cloudformation_stack.publishing.origin import Origin

PIECE = 8 * 1024 * 1024
"""Bytes of a file that are read by one call."""

_PUT = "s3:PutObject"
_THERE, _BUSY = "PreconditionFailed", "ConditionalRequestConflict"


@dataclass(frozen=True)
class InProduction:
    """A file in production's bucket, of so many bytes."""

    account: Account
    owner: str
    asset: Asset
    size: int

    @property
    def type(self) -> str:
        """Its media type, by its name."""
        return content.type_of(self.asset.name)

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Within: all of it, read into a file that nobody else sees."""
        with TemporaryFile() as kept:
            for at in range(0, self.size, PIECE):
                kept.write(self._piece(at, min(at + PIECE, self.size)))
            kept.seek(0)
            yield kept

    def _piece(self, begin: int, end: int) -> bytes:
        answer = self.account.api("s3").call(
            "GetObject",
            Bucket=self.asset.place,
            Key=self.asset.name,
            Range=f"bytes={begin}-{end - 1}",
            ExpectedBucketOwner=self.owner,
        )
        return body(answer, end - begin)

    def __str__(self) -> str:
        return f"production's {self.asset}"


class Files:
    """The files, in the replica's account and in production's."""

    def __init__(self, there: Account, production: Account) -> None:
        self._there, self._production = there, production

    @functools.cached_property
    def _owner(self) -> str:
        return self._there.caller().account

    def seen(self, asset: Asset) -> str:
        """Whether the bucket, which has to be the account's own, has it; NotMeasured where there is no such bucket."""
        try:
            return "there" if listed(self._there, self._owner, asset) is not None else ""
        except NotFound as absent:
            raise NotMeasured(
                f"there is no bucket {asset.place} for the app's assets",
                f"`cdk bootstrap aws://{self._owner}/{self._there.region}` makes it",
                absent.call,
            ) from absent

    def origin(self, asset: Asset, in_production: Asset) -> Origin | None:
        """The assembly's, else production's; None where neither has it."""
        found = content.of(asset) or self._of_production(in_production)
        return Origin(str(found), functools.partial(self._put, asset, found)) if found else None

    def _of_production(self, asset: Asset) -> InProduction | None:
        owner = self._production.caller().account
        try:
            size = listed(self._production, owner, asset)
        except NotFound:
            return None
        return None if size is None else InProduction(self._production, owner, asset, size)

    def _put(self, asset: Asset, origin: content.Held | InProduction) -> int | None:
        """Put it there; nothing is ever written over."""
        with origin.open() as body:
            size = body.seek(0, 2)
            body.seek(0)
            try:
                self._there.api("s3").call(
                    "PutObject",
                    Bucket=asset.place,
                    Key=asset.name,
                    Body=body,
                    ContentType=origin.type,
                    ExpectedBucketOwner=self._owner,
                    IfNoneMatch="*",
                )
            except Refused as refused:
                if refused.code == _THERE:
                    return None
                if refused.code == _BUSY:
                    raise Transient(refused.message, "somebody else puts it at this moment", _PUT) from refused
                raise
        return size
