"""Doubts about plain names: a property that is called like one of what exists may change that, unless a table says not.

AWS takes over by such names what is there: production's cache as the primary of a group, its stream, its domain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from dr_orchestrator.aws.template import outward
from dr_orchestrator.aws.template.judging.reach import is_of
from dr_orchestrator.aws.template.reading.parts import as_in_schemas
from dr_orchestrator.aws.template.reading.values import Path, Scope
from dr_orchestrator.aws.template.registry import known

_IDENTIFIER = re.compile(
    r"(?:Api|App|Application|Bucket|Bus|Cluster|Database|Detector|Directory|Domain|Environment|Fleet|Function|Gateway"
    r"|Global|Graph|Group|Host|Instance|Mesh|Namespace|Pool|Portal|Primary|Queue|Registry|Repository|Server|Service"
    r"|Source|Stream|Topic|Workspace)(?:Arn|ARN|Id|Ids|Identifier|Name|Names)?$"
)


def is_doubted(kind: str, path: Path, properties: Mapping[str, Any], scope: Scope) -> bool:
    """Whether a property is called like the name of what exists, and no table says that it changes nothing there.

    What stands within an object of the replica's own names what is in that.
    """
    schema = known(kind)
    if schema is None or not _is_doubted(kind, as_in_schemas(path)):
        return False
    return not any(scope.owner(properties.get(key)) for key in schema.within)


@cache
def _is_doubted(kind: str, written: str) -> bool:
    schema = known(kind)
    written = written.removesuffix("/*")
    word = written.rpartition("/")[2]
    if schema is None or word in outward.USED_WORDS | outward.READ or is_of(written, outward.USED.get(kind, ())):
        return False
    if is_of(written, outward.NOT_CHANGED.get(kind, ())) or written in (*schema.names, *schema.domains):
        return False
    return written in (*schema.create_only, *schema.write_only) and bool(_IDENTIFIER.search(word))
