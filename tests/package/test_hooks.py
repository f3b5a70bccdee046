"""The hooks before a commit: those of `make check`, out of `.venv`, with nothing to download."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from dr_orchestrator.settings import CHECKOUT

REPOSITORIES = yaml.safe_load((CHECKOUT / ".pre-commit-config.yaml").read_text())["repos"]
HOOKS = [hook for repository in REPOSITORIES for hook in repository["hooks"]]


def program(hook: dict[str, Any]) -> str:
    (found,) = re.findall(r"\.venv/bin/(\S+)", hook["entry"])
    return found


def named(hook: dict[str, Any]) -> str:
    return hook["id"]


def test_no_hook_is_fetched_from_elsewhere() -> None:
    """Every repository of hooks is this one: a commit needs no network and runs no code that the lock does not name."""
    assert {repository["repo"] for repository in REPOSITORIES} == {"local"}
    assert {hook["language"] for hook in HOOKS} == {"system"}


@pytest.mark.parametrize("hook", HOOKS, ids=named)
def test_make_setup_brings_what_a_hook_runs(hook: dict[str, Any]) -> None:
    """Each hook's program lies in the environment that the lock makes."""
    assert (Path(sys.executable).parent / program(hook)).exists()


@pytest.mark.parametrize("verb", ["format", "lint", "types", "contracts"])
def test_a_hook_runs_what_make_check_runs(verb: str) -> None:
    """The quick verbs of `make check` stand among the hooks by the same name, with the same program."""
    (recipe,) = re.findall(rf"^{verb}: setup.*\n\t\$\(BIN\)/(\S+)", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    (hook,) = (hook for hook in HOOKS if hook["id"] == verb)

    assert program(hook) == recipe
