"""The delivery of events to targets that moto does not know: one of them would keep all others from hearing, too."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from moto.events.models import Rule
from moto.stepfunctions.models import stepfunctions_backends
from moto.utilities.arns import parse_arn

_PLAYED = ("logs", "events", "sqs")
_SENT_BY_MOTO: Callable[..., None] = Rule.send_to_targets


def _send(rule: Rule, event: Any, transform_input: bool = True) -> None:
    """As moto, where it knows how; a state machine is started with the event, a function hears nothing: none runs.

    An execution is there from then on, and takes no step.
    """
    known = copy.copy(rule)
    known.targets = [each for each in rule.targets if parse_arn(each["Arn"]).service in _PLAYED]
    _SENT_BY_MOTO(known, event, transform_input)
    if not rule.event_pattern.matches_event(event):
        return
    for target in rule.targets:
        arn = parse_arn(target["Arn"])
        if arn.service == "states":
            machines = stepfunctions_backends[arn.account][arn.region]
            machines.start_execution(target["Arn"], "", json.dumps(event))


PATCHES = ((Rule, "send_to_targets", _send),)
