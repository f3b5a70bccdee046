"""Lays the lab over moto for as long as it runs, and takes it off again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import moto.core.utils
from moto import settings
from moto.cloudformation import parsing
from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel

from dr_orchestrator.lab.cloud import backup_plans, restore_jobs, restore_testing, trail, vaults
from dr_orchestrator.lab.cloud.world import SimulatedCloud, inhabited, moto_now
from dr_orchestrator.lab.twin import Twin

# Machine images, which nobody asks for and which take long to load.
_NO_IMAGES = (settings, "ec2_load_default_amis", lambda: False)


@contextmanager
def installed(world: SimulatedCloud, twins: Sequence[Twin]) -> Iterator[None]:
    """Within: moto's state is the lab's, empty at first; its clock, its services and its refusals are too."""
    with ExitStack() as undo:
        undo.enter_context(_set(*_NO_IMAGES))  # until the last: an emptied EC2 is made anew, with all its images
        undo.enter_context(inhabited(world))
        _reset()
        undo.callback(_reset)
        vaulted = {word: restores for twin in twins for word, restores in twin.vaulted.items()}
        undo.enter_context(_set(vaults, "RESTORES", vaulted))
        always = (
            *vaults.PATCHES,
            *backup_plans.PATCHES,
            *restore_jobs.PATCHES,
            *restore_testing.PATCHES,
            *trail.PATCHES,
        )
        twins = (Twin(vaults.BACKENDS, always), *twins)  # whatever types there are
        for backends, kind in _backends(twins):
            undo.enter_context(_set(backends, "backend", kind))
            backends.clear()  # moto's Auto Scaling, as it is emptied, makes an EC2 anew that is not ours
        patches = dict.fromkeys(patch for twin in twins for patch in twin.patches)
        for owner, name, value in (*patches, *_clocks()):
            undo.enter_context(_set(owner, name, value))
        yield


def _backends(twins: Sequence[Twin]) -> Iterator[tuple[Any, type]]:
    """The classes that stand in each of moto's backends: the layers of all twins that have one there, the later ones
    on top.
    """
    layers: dict[int, tuple[Any, list[type]]] = {}
    for backends, layer in (each for twin in twins for each in twin.backends):
        laid = layers.setdefault(id(backends), (backends, []))[1]
        if layer not in laid:  # types may share one
            laid.insert(0, layer)
    for backends, laid in layers.values():
        yield backends, laid[0] if len(laid) == 1 else type("Backend", tuple(laid), {"__module__": __name__})


def _clocks() -> Iterator[tuple[Any, str, Any]]:
    """moto's modules each hold `utcnow` by name; those imported later take it from moto.core.utils."""
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.") and getattr(module, "utcnow", None) is moto.core.utils.utcnow:
            yield module, "utcnow", moto_now


@contextmanager
def _set(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name, None)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is None:  # an answer that moto does not have
            delattr(owner, name)
        else:
            setattr(owner, name, before)


def _reset() -> None:
    """Empty moto: its backends, and its list of every model ever made, which keeps them alive."""
    BackendDict.reset()
    for kind in _all_kinds(BaseModel):
        getattr(kind, "instances_tracked", []).clear()
    for cached in (parsing.get_model_list, parsing.get_model_map, parsing.get_name_type_map):
        cached.cache_clear()


def _all_kinds(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _all_kinds(each)
