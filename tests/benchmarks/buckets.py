"""How fast a bucket comes back, and in how much memory: a drill of it beside `aws s3 sync` of the same objects.

A lab in another process stands for AWS, so that the ratio counts and not the figures. Both have S3 copy from S3, object
by object; the drill also proves its bucket, compares each object and takes all down again. `DRO_OBJECTS=1000,10000`
measures other sizes; without an `aws` on the path the drill alone is measured.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from dr_orchestrator import lab
from dr_orchestrator.settings import CHECKOUT

SIZES = [int(size) for size in os.environ.get("DRO_OBJECTS", "1000,10000,100000").split(",")]
DRILL, BUCKET, AWS_BUCKET, COPYING = "images-objects-pitr", "image-effects-prod", "beside", "wait until ready"
CONTENT = b"x" * 1000
WRITERS = 8
FACTOR = 10
"""Lab seconds of one second: a tier's limits are far away."""


def main() -> None:
    peaks: list[float] = []
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="dro") as folder:
            state = Path(folder) / "lab"
            info = lab.start(state, factor=FACTOR)
            try:
                peaks.append(_measured({**os.environ, **info.environment()}, Path(folder), size))
            finally:
                lab.stop(state)
    print(f"peak memory grew by {peaks[-1] - peaks[0]:.0f} MB from {SIZES[0]:,} to {SIZES[-1]:,} objects")  # noqa: T201


def _measured(environment: Mapping[str, str], folder: Path, size: int) -> float:
    """Print what a drill of so many objects took; its peak memory in MB."""
    _fill(environment, size)
    given = {**environment, "DRO_HOME": str(CHECKOUT), "DRO_DATABASE_URL": f"sqlite:///{folder}/ledger.db"}
    drill = [sys.executable, "-m", "dr_orchestrator", "run", DRILL, "--json"]
    code, took, peak, told = _run(drill, given)
    copied = _copying(told)
    print(  # noqa: T201
        f"{size:>9,} objects: drill {took:.0f} s, exit {code}, peak memory {peak:.0f} MB; "
        f"copied in {copied:.0f} s, {size / copied:.0f} objects/s"
    )
    if code:
        print("           " + "; ".join(json.loads(told)["reasons"]))  # noqa: T201
    if (aws := shutil.which("aws")) is not None:
        sync = [aws, "s3", "sync", f"s3://{BUCKET}", f"s3://{AWS_BUCKET}", "--only-show-errors"]
        code, beside, of_aws, _ = _run(sync, environment)
        print(  # noqa: T201
            f"           aws s3 sync: {beside:.0f} s, exit {code}, peak memory {of_aws:.0f} MB, "
            f"{size / beside:.0f} objects/s; the copying is {beside / copied:.2f} times as fast"
        )
    return peak


def _fill(environment: Mapping[str, str], size: int) -> None:
    """Put the objects there, by calls: the lab is another process."""
    config = Config(max_pool_connections=WRITERS, retries={"mode": "standard", "total_max_attempts": 5})
    session = boto3.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_DEFAULT_REGION"],
    )
    s3: Any = session.client("s3", endpoint_url=environment["AWS_ENDPOINT_URL"], config=config)
    s3.create_bucket(Bucket=AWS_BUCKET)
    with ThreadPoolExecutor(WRITERS) as writers:
        for _ in writers.map(
            lambda number: s3.put_object(Bucket=BUCKET, Key=f"many/{number:07}", Body=CONTENT), range(size)
        ):
            pass
    time.sleep(1.5)  # what came within the instant's own second is not restored


def _run(command: list[str], environment: Mapping[str, str]) -> tuple[int, float, float, str]:
    """Exit code, seconds, peak memory in MB, and what was printed."""
    with tempfile.TemporaryFile() as out:
        began, peak = time.perf_counter(), 0.0
        process = subprocess.Popen(command, env=dict(environment), stdout=out, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            time.sleep(0.1)
        took = time.perf_counter() - began
        out.seek(0)
        return process.returncode, took, peak, out.read().decode()


def _peak(pid: int) -> float:
    """The peak memory of a process since it began its program: what `wait` tells counts whoever forked it, too."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def _copying(told: str) -> float:
    """The real seconds in which the objects were copied, by the steps of the run."""
    read = json.loads(told)
    (found,) = [each for each in read["steps"] if each["name"] == COPYING]
    return float(found["real_seconds"])
