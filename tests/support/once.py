"""What is dear to make, tells no test from another, and is made once for all of a process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from unittest import mock

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from moto.kms import models as kms

from dr_orchestrator.reporting import render


class _Compiled(BytecodeCache):
    """Compiled templates, by file and content: each workspace of the tests would compile the same ones anew."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def once() -> Iterator[None]:
    """Templates are compiled once, and the keys of the lab's KMS, which nothing signs with, are all the same one."""
    compiling = partial(Environment, bytecode_cache=_Compiled())
    key = cache(kms.generate_private_key)
    with mock.patch.object(render, "Environment", compiling), mock.patch.object(kms, "generate_private_key", key):
        yield
