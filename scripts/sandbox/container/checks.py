"""Checks of the image: its files, the service, the worker, the Lambda function."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

from app.adapters.exiftool import ExifTool
from app.adapters.store import Store
from scripts.sandbox import mirror
from scripts.sandbox.container import template
from scripts.sandbox.container.root import Root, end, first_process
from scripts.sandbox.container.runtime import Runtime
from scripts.sandbox.people import address, portrait
from scripts.sandbox.service import CAMPAIGNS, PASSWORD
from scripts.sandbox.standin import signatures
from scripts.sandbox.standin.client import Standin
from scripts.sandbox.waiting import wait_for

SECRET = "a-secret-of-the-trial"
WEBHOOK = "http://127.0.0.1:8000/webhook/cloudinary"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "trial", "AWS_SECRET_ACCESS_KEY": "trial", "AWS_DEFAULT_REGION": "eu-central-1"}
ACCESS: dict[str, Any] = {
    "aws_access_key_id": "trial",
    "aws_secret_access_key": "trial",
    "region_name": "eu-central-1",
}


class Table:
    """Prints each check and counts those that failed."""

    def __init__(self) -> None:
        self.failed = 0

    def row(self, what: str, held: bool, detail: object = "") -> None:
        self.failed += not held
        print(f"  {'held  ' if held else 'FAILED'}  {what}{f': {detail}' if detail != '' else ''}", flush=True)


class Checks:
    def __init__(self, root: Root, table: Table, folder: Path) -> None:
        self.root, self.table, self.folder = root, table, folder
        self.store = root.path / "srv/collagen"
        self.exiftool = ExifTool()

    def run(self) -> None:
        print("\nThe files")
        self.files()
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        aws = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        aws.start()
        endpoint = "http://{}:{}".format(*aws.get_host_and_port())
        with Standin.start(secret=SECRET) as standin:
            environ = {
                "CLOUDINARY_URL": standin.cloudinary_url,
                "COLLAGEN_DELIVERY_HOSTS": standin.delivery_host,
                "COLLAGEN_ADMIN_PASSWORD": PASSWORD,
                "COLLAGEN_TRUSTED_PROXIES": "172.16.0.0/12",  # or it would not listen beyond its own machine
            }
            print("\ndocker run collagen")
            self.starting(environ)
            self.serving(standin, environ)
            standin.notify(None)
            print("\ndocker run collagen app worker")
            self.worker(standin, environ, endpoint)
            print("\nAs AWS Lambda runs it: another user, no /dev/shm, nothing can be written but /tmp and the store")
            self.function(standin, endpoint)
        aws.stop()
        self.exiftool.close()

    def files(self) -> None:
        inside = self.root.path / "opt/collagen"
        wrong = [name for name in (".env", ".git", "tests", "data", "campaigns.toml") if (inside / name).exists()]
        self.table.row("no tests, store, secrets or campaigns in it", not wrong, ", ".join(wrong))
        uid = int(self.root.user.split(":")[0])
        every = [path for top in ("opt", "etc", "usr", "srv") for path in (self.root.path / top).rglob("*")]
        own = [path for path in every if not path.is_symlink() and path.lstat().st_uid == uid]
        self.table.row(f"of it, user {uid} owns the store alone", own == [self.store], len(own))
        size = ["du", "-smx", "--exclude=var/cache/apt", str(self.root.path)]
        megabytes = subprocess.run(size, capture_output=True, text=True, check=True).stdout.split()[0]
        self.table.row("megabytes, documentation included", True, megabytes)

    def starting(self, environ: dict[str, str]) -> None:
        code, said = self.once(self.root.command, environ)
        reasons = [line for line in said.splitlines() if not line.startswith("[")]  # as gunicorn's own lines do
        what = "without campaigns.toml it ends with one line that says so"
        self.table.row(what, code == 1 and len(reasons) == 1 and "COLLAGEN_CAMPAIGNS" in reasons[0])
        rules = self.root.path / "etc/collagen/campaigns.toml"
        rules.parent.mkdir(exist_ok=True)
        rules.write_text(CAMPAIGNS)
        code, _ = self.once(("app", "init"), environ)
        marker = self.store / ".collagen"
        self.table.row("docker run collagen app init: makes the store", code == 0 and marker.exists())

    def once(self, command: tuple[str, ...], environ: dict[str, str]) -> tuple[int, str]:
        before = self.root.log.tell() if self.root.log else 0
        code = self.root.start([*self.root.entrypoint, *command], environ).wait(60)
        assert self.root.log
        said = Path(self.root.log.name).read_text()[before:]
        self.root.log.seek(0, os.SEEK_END)
        return code, said

    def serving(self, standin: Standin, environ: dict[str, str]) -> None:
        service = self.root.start([*self.root.entrypoint, *self.root.command], environ)
        healthy = until(lambda: self.health() == 0, 30)
        self.table.row("its CMD serves, its HEALTHCHECK says so", healthy)
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{first_process(service)}/status").read_text()
            found = re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE)
            uid = found[1] if found else "?"
            self.table.row("gunicorn is process 1, and not root", uid == self.root.user.split(":")[0], f"user {uid}")
        standin.notify(WEBHOOK)
        approve(standin, "sayno/one", 1)
        standin.wait_idle()
        self.mirrored("an approved photo is in the store, with its address", standin)
        comment = mirror.user_comment(next(self.store.glob("sayno/approved/*.jpg")))
        self.table.row("exiftool, run outside the container, finds the address in it", comment == address(1))
        (self.store / ".collagen").rename(self.folder / "marker")
        self.table.row("without its store the HEALTHCHECK fails", self.health() == 1)
        (self.folder / "marker").rename(self.store / ".collagen")
        with stopwatch() as seconds:
            code = end(service, signal.SIGTERM, 70)
        self.table.row("docker stop ends it in good order", code == 0, f"exit code {code}, {seconds():.1f} s")

    def health(self) -> int:
        with Path(os.devnull).open("w") as nowhere:  # health checks are not logged
            return replace(self.root, log=nowhere).start(self.root.health).wait(30)

    def mirrored(self, what: str, standin: Standin) -> None:
        store = Store(self.store)
        right = mirror.held(store, self.exiftool) == mirror.expected(standin) and not mirror.leftovers(store)
        self.table.row(what, right)

    def worker(self, standin: Standin, environ: dict[str, str], endpoint: str) -> None:
        sqs = boto3.client("sqs", endpoint_url=endpoint, **ACCESS)
        url = sqs.create_queue(QueueName="notifications")["QueueUrl"]
        approve(standin, "sayno/queued", 3)
        record = self.record(standin, "queued", "sayno/queued", age=0)
        attributes = {
            name: {"DataType": "String", "StringValue": value["stringValue"]}
            for name, value in record["messageAttributes"].items()
        }
        sqs.send_message(QueueUrl=url, MessageBody=record["body"], MessageAttributes=attributes)
        environ = environ | CREDENTIALS | {"AWS_ENDPOINT_URL_SQS": endpoint}
        process = self.root.start([*self.root.entrypoint, "app", "worker", "--queue", url], environ)
        until(lambda: any(self.store.glob("sayno/approved/sayno+queued.jpg")), 30)
        with stopwatch() as seconds:
            code = end(process, signal.SIGTERM, 60)
        self.table.row("docker stop ends it in good order", code == 0, f"exit code {code}, {seconds():.1f} s")
        self.mirrored("what waited in the queue is in the store", standin)
        counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(counts))["Attributes"]
        self.table.row("and in the queue no longer", {left[name] for name in counts} == {"0"})

    def function(self, standin: Standin, endpoint: str) -> None:
        described = template.properties("Worker")
        config, path = described["ImageConfig"], template.load()["Parameters"]["ParameterPath"]["Default"]
        command = [path if word == {"Ref": "ParameterPath"} else word for word in config["EntryPoint"]]
        # the secrets are where the function reads them
        ssm = boto3.client("ssm", endpoint_url=endpoint, **ACCESS)
        for name, value in {
            "CLOUDINARY_URL": standin.cloudinary_url,
            "COLLAGEN_DELIVERY_HOSTS": standin.delivery_host,
        }.items():
            ssm.put_parameter(Name=f"{path}/{name}", Value=value, Type="SecureString")
        shutil.copy(self.root.path / "etc/collagen/campaigns.toml", self.store / "campaigns.toml")
        subprocess.run(["chown", "-R", "993:990", self.store], check=True)  # the user that an access point maps it to
        runtime = Runtime(described["Timeout"])
        environ = described["Environment"]["Variables"] | CREDENTIALS | runtime.environ
        environ["AWS_ENDPOINT_URL_SSM"] = endpoint
        self.root.directory = config["WorkingDirectory"]
        event = self.event(standin)
        with stopwatch() as seconds:
            function = self.root.start_in_lambda((*command, *config["Command"]), self.store, **environ)
            kind, said = runtime.call(event, 90)
        self.table.row("awslambdaric loads the handler; the first call answers", kind == "response", said)
        self.table.row("seconds of the first call, with the start", True, f"{seconds():.1f}")
        back = [failure["itemIdentifier"] for failure in said.get("batchItemFailures", [])]
        self.table.row("back comes what Cloudinary failed at, and that alone", back == ["unlucky"], back)
        standin.clear_faults()
        with stopwatch() as seconds:
            _, said = runtime.call({"Records": [self.record(standin, "unlucky", "sayno/three")]}, 60)
        self.table.row("its next try succeeds", said == {"batchItemFailures": []}, f"{seconds():.2f} s")
        self.mirrored("the store is what Cloudinary says", standin)
        self.memory(function, described["MemorySize"])
        end(function, signal.SIGKILL, 10)
        runtime.stop()

    def memory(self, function: subprocess.Popen[str], limit: int) -> None:
        """The peak of each of the function's processes, added up: more than they ever took at once."""
        kilobytes, waiting = 0, [first_process(function)]
        while waiting:
            process = waiting.pop()
            found = re.search(r"^VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
            kilobytes += int(found[1]) if found else 0
            for task in Path(f"/proc/{process}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        megabytes = kilobytes // 1024
        self.table.row(f"megabytes that it took, of {limit}", megabytes < limit, megabytes)

    def event(self, standin: Standin) -> dict[str, Any]:
        """Three records: a good one, a forged one, and one at which Cloudinary fails."""
        approve(standin, "sayno/two", 2)
        approve(standin, "sayno/three", 2)
        standin.faults("api", "status", status=500, match="three", times=None)
        forged = self.record(standin, "forged", "sayno/one")
        forged["messageAttributes"]["X-Cld-Signature"]["stringValue"] = "0" * 40
        lucky, unlucky = (self.record(standin, *of) for of in (("lucky", "sayno/two"), ("unlucky", "sayno/three")))
        return {"Records": [lucky, forged, unlucky]}

    def record(self, standin: Standin, identity: str, public_id: str, age: float = 3600) -> dict[str, Any]:
        """The record that Lambda passes on for a message that the gateway received so many seconds ago."""
        body = f'{{"notification_type": "moderation", "moderation_status": "approved", "public_id": "{public_id}"}}'
        then = time.time() - age
        headers = {
            "X-Cld-Timestamp": str(round(then)),
            "X-Cld-Signature": signatures.of_notification(body.encode(), str(round(then)), standin.secret),
            "X-Request-ID": f"trial-{identity}",
        }
        return {
            "messageId": identity,
            "body": body,
            "attributes": {"SentTimestamp": str(round(then * 1000)), "ApproximateReceiveCount": "1"},
            "messageAttributes": {
                name: {"dataType": "String", "stringValue": value} for name, value in headers.items()
            },
            "eventSource": "aws:sqs",
        }


def approve(standin: Standin, public_id: str, seed: int) -> None:
    """Uploads a photo and approves it."""
    standin.upload(portrait(seed), public_id, folder="sayno", email=address(seed))
    standin.approve(public_id)


def until(what: Callable[[], bool], seconds: float) -> bool:
    """Whether it becomes true in time."""
    with contextlib.suppress(AssertionError):
        return wait_for(what, "it came true", every=0.2, patience=seconds)
    return False


@contextlib.contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    began = time.monotonic()
    ended: list[float] = []
    yield lambda: (ended[0] if ended else time.monotonic()) - began
    ended.append(time.monotonic())
