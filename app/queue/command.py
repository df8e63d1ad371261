"""The command that takes notifications from a queue."""

from collections.abc import Sequence
from functools import partial

import click

from app.adapters.exiftool import ExifTool
from app.adapters.sqs import Queue
from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.core import metrics
from app.core.config import load_settings
from app.core.logging import configure
from app.core.shutdown import Shutdown
from app.queue.records import Handler
from app.queue.redrive import redrive as bring_back
from app.queue.worker import THREADS, Worker
from app.services.reconcile import job


@click.command(short_help="Take notifications from an SQS queue.")
@click.option("--queue", "url", required=True, metavar="URL", help="The queue's address, as AWS shows it.")
@click.option(
    "--redrive",
    is_flag=True,
    help="Bring the messages in the dead-letter queue back, say how many, and exit. Needs no store. Use this and not"
    " AWS's own redrive, which loses the time when the gateway received a notification, so that after two hours it is"
    " refused. Needs the same secrets as the workers, which only trust times signed with them.",
)
def worker(url: str, redrive: bool) -> None:
    """Take notifications from an Amazon SQS queue, and bring the photos they name up to date.

    For when one machine is not enough: API Gateway puts Cloudinary's webhooks into the queue, and any number of workers
    on one store take them out. boto3 finds the credentials and region (the machine's role, or AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION).

    A message is deleted once the store is right. A message that would fail again (a forged signature, nonsense) is
    deleted and logged; one that may succeed later comes back, and goes to the dead-letter queue after as many attempts
    as the queue's RedrivePolicy allows. Nothing is lost if the worker is killed: its messages reappear after a minute.

    SIGTERM and Ctrl-C stop the worker once its messages are done and SQS has answered the last request: within 20
    seconds if there is nothing to do. A second signal ends it at once. Exit code 1 if it cannot start, or AWS does not
    let it use the queue.

    \b
    Examples:  python -m app worker --queue https://sqs.eu-central-1.amazonaws.com/123456789012/collagen
               python -m app worker --queue https://sqs.eu-central-1.amazonaws.com/123456789012/collagen --redrive
    """
    stopping = Shutdown()
    queue = Queue(url)
    settings = load_settings()
    if redrive:
        _redrive(queue, settings.required_webhook_secrets(), stopping)
        return
    exiftool = ExifTool()
    store = Store(settings.store)
    handler = Handler.of(settings, exiftool, partial(job.start, settings, store))
    store.root.check()  # otherwise every message would fail, and soon be in the dead-letter queue
    configure(settings.log)
    metrics.begin()
    stopping.on_signals()
    click.echo(f"Taking notifications from {queue.name}, {THREADS} in parallel.", err=True)
    working = Worker(queue, handler.handle, stopping)
    try:
        working.run()
    finally:
        exiftool.close()
    words = working.words
    click.echo(f"Stopped: {words['done']} done, {words['drop']} dropped, {words['again']} to be tried again.", err=True)


def _redrive(queue: Queue, secrets: Sequence[str], stopping: Shutdown) -> None:
    dead = queue.dead_letters()
    total = dead.count()
    stopping.on_signals()
    progress = Progress("messages")
    progress.begin(f"From {dead.name}")
    try:
        brought = bring_back(queue, dead, secrets, stopping, lambda done: progress.show(done, max(done, total)))
    finally:
        progress.end()
    left = dead.count()
    click.echo(
        f"{brought} messages brought back to {queue.name}" + (f"; about {left} are left in {dead.name}" if left else "")
    )
