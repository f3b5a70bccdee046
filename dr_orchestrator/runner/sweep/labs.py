"""Labs that are no more: what a simulated run made in one went with it, and is asked after no longer."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from dr_orchestrator.domain.run import Provenance

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE_S = 2.0


def lab_is_gone(made: Provenance) -> str:
    """Why nothing is assumed to be left of what a simulated run made: its lab's own port refuses; empty elsewhere.

    A lab keeps nothing once it ends. Only what ran at a lab's pace is believed, for that is refused against AWS itself:
    of a real run, or of one that may have called AWS beside a lab, nothing is ever called gone because nobody answers.
    """
    lab = urlsplit(made.endpoint)
    if not made.simulated or made.pace == 1 or lab.hostname not in LOOPBACK or not lab.port:
        return ""
    try:
        socket.create_connection((lab.hostname, lab.port), PATIENCE_S).close()
    except ConnectionRefusedError:
        return f"assumed gone with its lab at {lab.hostname}:{lab.port}, which is no more"
    except OSError:
        return ""
    return ""
