"""The stacks of an app that the CDK synthesised, as an environment is made of them, and what has to be there before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from dr_orchestrator.domain.defaults import ASIDE, SINCE


@dataclass(frozen=True)
class Asset:
    """A thing that is published before a stack is made: a file in a bucket, or an image in a repository.

    `id` is the hash of its content. `place` is the bucket or the repository, with CloudFormation's pseudo parameters
    where the app leaves account and region open; `name` is the key or the tag in it. `source` is the file or folder
    that it is made of, empty where a programme of the app's makes it; of one that is `zipped` the archive is published.
    """

    id: str
    place: str
    name: str
    image: bool = False
    source: str = field(default="", compare=False, metadata=ASIDE)
    zipped: bool = field(default=False, compare=False, metadata=ASIDE)

    def at(self, partition: str, account: str, region: str) -> Asset:
        """The asset as it is named in an account and a region."""
        told = {"Partition": partition, "AccountId": account, "Region": region}
        place = self.place
        for name, value in told.items():
            place = place.replace(f"${{AWS::{name}}}", value)
        return replace(self, place=place)

    def __str__(self) -> str:
        return f"image {self.name} in {self.place}" if self.image else f"s3://{self.place}/{self.name}"


@dataclass(frozen=True)
class Stack:
    """A stack of an app: its name in AWS, the text of its template and its file, and what it needs in the account.

    `parameter` of the Parameter Store tells the version of the bootstrap stack, which is to be `version` at least;
    empty where the app asks for none. `account` and `region` are empty where the app leaves them open. `parameters` are
    those that the template declares, `manifest` is the digest of what the assembly's manifest says of the stack: the
    `values` of parameters and the `tags` that it is deployed with, too.
    `within` are the texts of the templates of stacks within, by paths as its own file is named. One that is `pinned` is
    made by the app for that account, and by drills in `account`.
    """

    name: str
    template: str
    file: str
    parameters: tuple[str, ...] = ()
    assets: tuple[Asset, ...] = ()
    parameter: str = ""
    version: int = 0
    account: str = ""
    region: str = ""
    manifest: str = ""
    within: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict, metadata=SINCE)
    tags: Mapping[str, str] = field(default_factory=dict, metadata=SINCE)
    pinned: str = field(default="", metadata=SINCE)

    def moved(self, account: str) -> Stack:
        """The stack as it is made in an account, with its assets published there."""
        if self.account in ("", account):
            return self
        assets = tuple(replace(each, place=each.place.replace(self.account, account)) for each in self.assets)
        return replace(self, account=account, pinned=self.account, assets=assets)
