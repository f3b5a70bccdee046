"""The bytes that an answer brings beside its fields: of an object of S3."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

from dr_orchestrator.errors import Transient
from dr_orchestrator.waiting.aside import Late, aside

WITHIN_S = 60.0
"""Real seconds within which all of them have to be there."""

_GET = "s3:GetObject"


def body(answer: Mapping[str, Any], size: int) -> bytes:
    """The bytes of an answer, of which there have to be so many; Transient where it broke off."""
    stream = answer["Body"]
    try:
        read: bytes = aside(stream.read, what=f"AWS ({_GET})", within=WITHIN_S, give_up=stream.close)
    except Late:
        raise Transient(f"no whole answer within {WITHIN_S:g} s; it was given up", call=_GET) from None
    except (BotoCoreError, HTTPError, HTTPException, OSError) as broken:
        raise Transient(f"its answer broke off: {broken}", call=_GET) from broken
    if len(read) != size:
        raise Transient(f"{len(read)} of {size} bytes came", call=_GET)
    return read
