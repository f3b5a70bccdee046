"""The values of a template's parameters: given, by default, or looked up in the Parameter Store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.ssm.models import ssm_backends

from dr_orchestrator.lab.cloud.world import ACCOUNT

STORED = "AWS::SSM::Parameter::Value<"


class Parameters:
    """The parameters of a template as they are given; ValidationError, in AWS's words, where they do not fit.

    Source: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
    """

    def __init__(self, template: Mapping[str, Any], given: Mapping[str, str], region: str) -> None:
        declared: Mapping[str, Any] = template.get("Parameters") or {}
        if unknown := sorted(given.keys() - declared.keys()):
            raise ValidationError(message=f"Parameters: [{', '.join(unknown)}] do not exist in the template")
        self.given = {name: str(given.get(name, each.get("Default", ""))) for name, each in declared.items()}
        if missing := [name for name, each in declared.items() if name not in given and "Default" not in each]:
            raise ValidationError(message=f"Parameters: [{', '.join(missing)}] must have values")
        self._declared, self._region = declared, region
        self._refuse_unlisted()
        self.stored = self._looked_up()

    def _refuse_unlisted(self) -> None:
        for name, each in self._declared.items():
            allowed = [str(value) for value in each.get("AllowedValues", ())]
            if allowed and self.given[name] not in allowed:
                raise ValidationError(message=f"Parameter '{name}' must be one of AllowedValues")

    def _looked_up(self) -> dict[str, str]:
        """The values of those that name one in the Parameter Store, by the parameter's name."""
        store = ssm_backends[ACCOUNT][self._region]
        keys = {name: self.given[name] for name, each in self._declared.items() if _of(each).startswith(STORED)}
        found = {name: store.get_parameter(key) for name, key in keys.items()}
        if missing := sorted(keys[name] for name, each in found.items() if each is None):
            told = f"Unable to fetch parameters [{','.join(missing)}] from parameter store for this account."
            raise ValidationError(message=told)
        return {name: str(each.value) for name, each in found.items() if each is not None}

    def value(self, name: str) -> Any:
        """The value of a parameter as `Ref` has it: a list where it is one."""
        text = self.stored.get(name, self.given[name])
        listed = _of(self._declared[name]).removeprefix(STORED).startswith(("CommaDelimitedList", "List<"))
        return [each.strip() for each in text.split(",")] if listed else text

    def values(self) -> dict[str, Any]:
        """All of them."""
        return {name: self.value(name) for name in self.given}

    def described(self) -> list[dict[str, str]]:
        """Each as DescribeChangeSet tells it: ResolvedValue for those of the Parameter Store alone."""
        return [
            {"ParameterKey": name, "ParameterValue": self._shown(name)}
            | ({"ResolvedValue": self.stored[name]} if name in self.stored else {})
            for name in self.given
        ]

    def _shown(self, name: str) -> str:
        return "****" if str(self._declared[name].get("NoEcho", "")).lower() == "true" else self.given[name]


def _of(declared: Mapping[str, Any]) -> str:
    return str(declared.get("Type", "String"))
