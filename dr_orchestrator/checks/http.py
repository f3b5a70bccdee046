"""Checks that ask an endpoint of a copy, as a user of the service would."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import httpx

from dr_orchestrator.checks.result import judged
from dr_orchestrator.domain.drill import HttpAnswer
from dr_orchestrator.domain.run import CheckResult, Copy
from dr_orchestrator.errors import NotMeasured


class HttpChecks:
    """Performs HTTP checks; `outputs` gives the values that a URL may name, such as a stack's outputs."""

    def __init__(self, outputs: Callable[[Copy], Mapping[str, str]]) -> None:
        self._outputs = outputs

    def perform(self, check: HttpAnswer, copy: Copy) -> CheckResult:
        """Ask once; redirects are not followed: they would leave the copy."""
        url = self._address(check, copy)
        try:
            answer = httpx.get(url, timeout=check.timeout.total_seconds(), follow_redirects=False, trust_env=False)
        except httpx.HTTPError as error:
            return judged(check, expectation(check), f"no answer: {error}", False)
        held = answer.status_code == check.status and check.contains in answer.text
        observed = f"status {answer.status_code}: {answer.text[:120].strip()}"
        return judged(check, expectation(check), observed, held)

    def _address(self, check: HttpAnswer, copy: Copy) -> str:
        outputs = self._outputs(copy) if "{" in check.url else {}
        try:
            return check.url.format_map(dict(outputs))
        except KeyError as missing:
            known = ", ".join(sorted(outputs)) or "none"
            raise NotMeasured(f"{copy.id} has no output {missing}; it has: {known}") from missing


def expectation(check: HttpAnswer) -> str:
    """What the check claims, in words."""
    contains = f" and '{check.contains}' in the answer" if check.contains else ""
    return f"status {check.status} from {check.url}{contains}"
