"""The shape of what only file systems have in drill files, and no drill says anew: `mount` it may (`to`)."""

from __future__ import annotations

from typing import Annotated

from dr_orchestrator.catalog.shapes.fields import shaped

Key = Annotated[
    str, shaped(r"(?:arn:aws(?:-[a-z]+)*:kms:|alias/)?[A-Za-z0-9:/_-]{1,256}", "a key of KMS", "its ARN, id or alias")
]
