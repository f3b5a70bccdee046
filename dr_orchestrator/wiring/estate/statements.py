"""The statement that is missing from the policy of the role that reads."""

from __future__ import annotations

import json

from dr_orchestrator.aws.access.permissions import actions_of
from dr_orchestrator.wiring.app import App


def statement_for(here: App, call: str) -> str:
    """The statement to add so that a call is allowed."""
    actions = sorted(actions_of(here.types, [call]))
    statement = json.dumps({"Effect": "Allow", "Action": actions, "Resource": "*"})
    return f"add to the policy of the role that reads (see `dro iam`): {statement}"
