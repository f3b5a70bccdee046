"""The machine that tests drill: what a workspace writes for it, what its drills tell, and the lab's own hand on it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

from moto.ec2.models import ec2_backends
from moto.ec2.models.subnets import Subnet

from dr_orchestrator.domain.run import Run
from dr_orchestrator.lab.cloud.world import ACCOUNT
from dr_orchestrator.wiring import App
from tests.support.estate import PROFILE, REGION, SUBNET, WEB, Estate

VERSION = hashlib.sha256(b"7\n").hexdigest()
DRILLED = f"""
  web:
    type: ec2-instance
    id: {WEB.id}
    region: {REGION}
    network: {{subnet: {SUBNET}, security_groups: [dro-isolated]}}
    profile: {{name: {PROFILE}}}
drills:
  web-snapshot:
    kind: snapshot-restore
    resource: web
    disruption: application
    path: fallback
    objective: {{rto: "< 6h", rpo: "< 10d", reason: the image is older}}
    checks:
      - {{name: files are there, files: {{paths: {{/srv/web/VERSION: {VERSION}}}, newest: /srv/web/log}}}}
      - {{name: the team's own, command: {{run: [sh, -c, 'cat srv/web/VERSION'], proves-data: true}}}}
"""
"""What a workspace writes in place of its line `drills:` to drill the estate's machine as well."""


def backend() -> Any:
    """The lab's own EC2."""
    return ec2_backends[ACCOUNT][REGION]


def images() -> list[Any]:
    """Those of the estate's machine, the oldest first."""
    found = (each for each in backend().amis.values() if each.instance_id == WEB.id)
    return sorted(found, key=lambda each: each.creation_date)


def copies() -> list[Any]:
    """The machines that drills have started, ended ones too."""
    every = (one for each in backend().reservations.values() for one in each.instances)
    return [one for one in every if any(tag["key"] == "dr-drill:run" for tag in one.get_tags())]


def snapshot_of(image: Any) -> Any:
    """The one snapshot of an image."""
    return backend().snapshots[image.mapped[0]["Ebs"]["SnapshotId"]]


def drilled(here: App) -> App:
    """A workspace of the shop, with the machine drilled as well."""
    file = here.settings.drills / "shop.yaml"
    file.write_text(file.read_text().replace("\ndrills:\n", DRILLED, 1))
    return here


def rewritten(here: App, old: str, new: str) -> None:
    file = here.settings.drills / "shop.yaml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))


def started(shop: Estate, heard: int) -> list[dict[str, Any]]:
    return [each.params for each in shop.lab.journal[heard:] if each.action == "RunInstances"]


def told(found: Run) -> str:
    assert found.closing is not None
    return " ".join(str(each) for each in found.closing.reasons)


@contextmanager
def as_it_was(thing: Any, **changed: Any) -> Iterator[None]:
    """Within: something of the lab's with other attributes."""
    before = {name: getattr(thing, name) for name in changed}
    vars(thing).update(changed)
    try:
        yield
    finally:
        vars(thing).update(before)


@contextmanager
def answering(status: int = 200, text: str = "ok") -> Iterator[tuple[int, list[str]]]:
    """Within: a web server runs on each machine that is started; its port, and what it was asked, by host and path.

    The lab's machines are folders: their address is the one at which this server is.
    """
    asked: list[str] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.headers['Host']}{self.path}")
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        try:
            with mock.patch.object(Subnet, "get_available_subnet_ip", lambda *_, **__: "127.0.0.1"):
                yield server.server_port, asked
        finally:
            server.shutdown()
            serving.join()
