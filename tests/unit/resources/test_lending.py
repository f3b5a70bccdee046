"""The credentials that a program is lent for hours: asked for as AWS's SDKs do, by nobody else, and no longer."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from botocore.credentials import ContainerProvider

from dr_orchestrator.aws.access.roles import Lent
from dr_orchestrator.aws.calls.api import Denied
from dr_orchestrator.checks.deep.command.output import Output
from dr_orchestrator.resources.built_environment.lending import Lender, lending, past_proxies


class Role:
    """Lends anew each time; its credentials end `within` from now."""

    def __init__(self, within: timedelta) -> None:
        self.within, self.times, self.fails = within, 0, False

    def __call__(self) -> Lent:
        if self.fails:
            raise Denied("role there cannot be taken on: not trusted any more")
        self.times += 1
        return Lent(f"AKIA{self.times}", f"secret-{self.times}-long", f"token-{self.times}-long", self.within)


def asked(variables: dict[str, str], word: str | None = None, path: str = "") -> int:
    """How somebody who asks at the address is answered."""
    headers = {"Authorization": variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] if word is None else word}
    request = urllib.request.Request(variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] + path, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_an_sdk_asks_again_before_what_it_has_is_over() -> None:
    """By AWS's own client: those that end within its own margin are asked for anew at the next call, others are not."""
    role = Role(timedelta(minutes=5))
    with lending(Lender(role, lambda _: None)) as variables:
        found = ContainerProvider(environ=variables).load()
        assert found.get_frozen_credentials().access_key == "AKIA2"
        role.within = timedelta(hours=1)
        assert [found.get_frozen_credentials().access_key for _ in range(3)] == ["AKIA3"] * 3
        assert found.get_frozen_credentials().token == "token-3-long"


def test_nothing_is_lent_to_who_does_not_have_the_word() -> None:
    """Nor at another path; and to nobody once the program has ended."""
    role = Role(timedelta(hours=1))
    with lending(Lender(role, lambda _: None)) as variables:
        assert asked(variables, "") == asked(variables, "guessed") == asked(variables, path="/more") == 403
        assert role.times == 0
        assert asked(variables) == 200
        assert variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith("http://127.0.0.1:")
    with pytest.raises(urllib.error.URLError):
        asked(variables)


def test_a_role_that_is_refused_meanwhile_is_told() -> None:
    """To the program, and of it; it is over as soon as the role is given again."""
    role = Role(timedelta(hours=1))
    lender = Lender(role, lambda _: None)
    with lending(lender) as variables:
        role.fails = True
        assert asked(variables) == 500
        assert "not trusted any more" in lender.failed
        role.fails = False
        assert asked(variables) == 200
        assert lender.failed == ""


def test_what_was_renewed_is_masked_as_what_was_lent_first() -> None:
    """In all that the program prints from then on."""
    output = Output(["first-secret"])
    lender = Lender(Role(timedelta(hours=1)), lambda lent: output.hide((lent.secret_key, lent.token)))
    output.add(b"first-secret ")
    lender.answer("/credentials", lender.word)
    output.add(b"secret-1-long first-secret token-1-long")
    output.end()
    assert output.text == "*** *** *** ***"
    assert output.secrets == {"first-secret", "secret-1-long", "token-1-long"}


def test_no_proxy_is_told_the_word() -> None:
    """Clients that go by a proxy for all they ask, as its variables say, go past it on this machine."""
    assert past_proxies({"A": "b", "NO_PROXY": "x"}) == {}
    found = past_proxies({"http_proxy": "http://proxy:3128", "no_proxy": "corp.example"})
    assert found == {"NO_PROXY": "127.0.0.1", "no_proxy": "corp.example,127.0.0.1"}
