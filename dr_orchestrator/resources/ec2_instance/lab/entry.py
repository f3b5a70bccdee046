"""The shape of what an estate file says of a machine, and of the ground that drills start copies of it on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

from pydantic import Field

from dr_orchestrator.catalog.shapes.fields import Duration, FilePath, Shape, Span, Text, shaped, whole
from dr_orchestrator.resources.estate import Entry, Found, Gib, Mistake

Device = Annotated[str, shaped(r"/dev/(?:sd|xvd)[b-z]", "the device of a volume beside the first", "such as /dev/sdf")]
GroupName = Annotated[
    str, shaped(r"(?!sg-)[A-Za-z0-9][A-Za-z0-9 ._:/()#,@+=-]{0,254}", "a security group's name", "not its id")
]
Kind = Annotated[str, shaped(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "a type of machine", "such as t3.small")]
SubnetId = Annotated[str, shaped(r"subnet-(?:[0-9a-f]{8}|[0-9a-f]{17})", "a subnet's id", "such as subnet-0123abcd")]
Profile = Annotated[str, shaped(r"[\w+=,.@-]{1,128}", "an instance profile's name", "its name, and not its ARN")]


class Attached(Shape):
    """A volume beside the first one, and where the machine has it `mounted`: files below that lie on it."""

    gib: Gib
    mounted: FilePath


class Images(Shape):
    """How images of it are made; the last `kept` are there."""

    every: Span = timedelta(days=1)
    newest: Duration = timedelta(hours=5)
    kept: Annotated[int, whole(1, 100)] = 7


class Ground(Shape):
    """Where drills put copies: a subnet of the isolated network, and a group that lets TCP 443 alone out, into that."""

    subnet: SubnetId
    security_group: GroupName = "dro-machines"


class Machine(Entry):
    """A machine with its files, in a zone of the region; `network` and `profile` are the drills' own, made with it."""

    instance_type: Kind = "t3.small"
    gib: Gib
    zone: Annotated[str, shaped(r"[a-z]", "a zone's letter", "such as a")] = "a"
    files: dict[FilePath, Text] = Field(default_factory=dict)
    volumes: dict[Device, Attached] = Field(default_factory=dict)
    images: Images = Images()
    network: Ground | None = None
    profile: Profile | None = None

    def on(self, device: str) -> dict[str, str]:
        """The files that lie on a volume of it, by their paths from the root of that; the first one's name is ''."""
        below = self.volumes[device].mounted if device else ""
        return {path[len(below) :]: text for path, text in self.files.items() if self._device_of(path) == device}

    def _device_of(self, path: str) -> str:
        held = {each.mounted: device for device, each in self.volumes.items() if path.startswith(f"{each.mounted}/")}
        return held[max(held, key=len)] if held else ""

    def mistakes(self, found: Found, home: Path) -> Sequence[Mistake]:  # noqa: ARG002
        """Its type is one that the lab has, and two volumes are not mounted at the same place."""
        return [*self._unknown(), *self._over_one_another()]

    def _unknown(self) -> Iterator[Mistake]:
        if self.instance_type not in _known_types():
            yield ("instance_type",), f"the lab has no type {self.instance_type}", "such as t3.small or m6i.large"

    def _over_one_another(self) -> Iterator[Mistake]:
        taken = dict[str, str]()
        for device, each in self.volumes.items():
            if (first := taken.setdefault(each.mounted, device)) != device:
                yield ("volumes", device, "mounted"), f"{first} is mounted there, too", "name another folder"


@cache
def _known_types() -> frozenset[str]:
    """The types of machines that moto has, from its own file: to import what reads it takes more than a second."""
    found = find_spec("moto")
    home = Path((found.submodule_search_locations or [""])[0]) if found else Path()
    file = home / "ec2" / "resources" / "instance_types.json.gz"
    return frozenset(json.loads(gzip.decompress(file.read_bytes())))
