"""A proxy between the drills and the lab that changes, cuts, slows and repeats AWS's answers, by rule."""

from tests.support.lying.answers import Answer
from tests.support.lying.proxy import Lie, Proxy

__all__ = ["Answer", "Lie", "Proxy"]
