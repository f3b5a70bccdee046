"""Remembers what moto works out anew at each of a million answers, though it is the same for all.

Half of the time of a drill on the lab is moto's. Only what is a pure function is kept: the names of a class's methods,
the folders of moto, the names by which an object of a class may have a member of an answer, and that a name is one
of an XML element. What moto answers, and from which state, is not touched.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import moto.backends
import moto.core.responses
import moto.core.serialize
import xmltodict
from moto.core.serialize import DEFAULT_ALIAS_PROVIDERS, MISSING, AttributePicker, AttributePickerContext, get_value


def remember() -> None:
    """From now on, in this process."""
    moto.core.responses.method_names_from_class = cache(moto.core.responses.method_names_from_class)
    xmltodict._validate_name = cache(xmltodict._validate_name)
    modules = cache(lambda: tuple(found()))
    found = moto.backends.list_of_moto_modules
    moto.backends.list_of_moto_modules = lambda: iter(modules())
    _remember_names_of_members()


def _remember_names_of_members() -> None:
    ask = AttributePicker.__call__
    known: dict[tuple[Any, ...], tuple[str, ...]] = {}

    def picked(self: AttributePicker, context: AttributePickerContext) -> Any:
        shape, service = context.shape, context.service_model
        if self.alias_providers is not DEFAULT_ALIAS_PROVIDERS or service is None or shape is None:
            return ask(self, context)
        parent = getattr(shape, "parent", None)
        which = (
            *(type(self), type(context.obj), context.key, service.service_name, shape.name),
            *(shape.serialization.get("name"), parent and parent.name),
        )
        if (names := known.get(which)) is None:
            names = known[which] = tuple(self.get_possible_keys(context))
        value = next((each for name in names if (each := get_value(context.obj, name, MISSING)) is not MISSING), None)
        path = f"{context.key_path}.{context.key}"
        for ending, transform in self.response_transformers.items():
            if path.endswith(ending):
                return transform(value)
        return value

    AttributePicker.__call__ = picked
