"""The two roles of production's account, held to what `dro iam` prints for a drill; and what the one of them asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from unittest import mock

from moto.sts.models import sts_backends

from dr_orchestrator.cli import main
from dr_orchestrator.lab.calls import ApiCall
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.lab.twin import Refusal, Twin
from tests.support.estate import Estate
from tests.support.iam.enforced import Enforced
from tests.support.types import WRITES

READS, CHANGES = "dro-read", "dro-copy"


@dataclass
class Heard(Enforced):
    """The policies, and each call that the role of the changes beside production asked for."""

    asked: set[tuple[str, str]] = field(default_factory=set)

    def refuses(self, call: ApiCall) -> Refusal | None:
        """Note a call of that role, whether it is refused or not."""
        assumed = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(call.key)
        if assumed is not None and assumed.role_arn.endswith(f":{ACCOUNT}:role/{CHANGES}"):
            self.asked.add((call.service, call.action))
        return super().refuses(call)

    @property
    def changes(self) -> set[str]:
        """The changes among these."""
        return {f"{service}:{action}" for service, action in self.asked & {*WRITES}}


@contextmanager
def heard(shop: Estate, drill: str) -> Iterator[Heard]:
    """Within: both roles may do what is printed for a drill of the workspace that is in use, and nothing else."""
    with redirect_stdout(StringIO()) as printed:
        assert main.run(["iam", "--json", "--drill", drill]) == 0
    told = json.loads(printed.getvalue())
    made = Heard({READS: told["source"], CHANGES: told["drill"]}, abac=False)
    twins = (Twin(refuses=made.refuses), *shop.lab.application._twins)
    with mock.patch.object(shop.lab.application, "_twins", twins):
        yield made
