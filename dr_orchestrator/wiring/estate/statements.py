"""The statement that is missing from the policy of a role."""

from __future__ import annotations

import json

from dr_orchestrator.aws.access.permissions import actions_of
from dr_orchestrator.domain.posture.facts import Unknown
from dr_orchestrator.wiring.app import App


def statement_for(here: App, call: str, role: str = "reads") -> str:
    """The statement to add so that a call is allowed, to the policy of the role that reads, or another."""
    actions = sorted(actions_of(here.types, [call]))
    statement = json.dumps({"Effect": "Allow", "Action": actions, "Resource": "*"})
    return f"add to the policy of the role that {role} (see `dro iam`): {statement}"


def remedy_for(here: App, why: Unknown, role: str = "reads") -> str:
    """The remedy for what could not be asked: the statement to add, where a right is missing."""
    return statement_for(here, why.call, role) if why.denied and why.call else why.hint
