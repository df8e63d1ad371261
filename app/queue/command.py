"""The command that takes messages from a queue: notifications, or orders of looks."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial

import click

from app.adapters.exiftool import ExifTool
from app.adapters.sqs import Message, Queue
from app.adapters.store import Store
from app.adapters.terminal import Progress
from app.core import metrics
from app.core.config import Settings, load_settings
from app.core.logging import configure
from app.core.shutdown import Shutdown
from app.queue.looks import Handler as LookHandler
from app.queue.records import Handler, from_message
from app.queue.redrive import Attributes, unchanged, with_time
from app.queue.redrive import redrive as bring_back
from app.queue.verdict import Verdict
from app.queue.worker import THREADS, Worker
from app.services.reconcile import job

LOOKS_AT_ONCE = 2  # while one waits for the process that runs models, the other decodes or encodes


@click.command(short_help="Take notifications or looks from an SQS queue.")
@click.option(
    "--queue",
    "url",
    metavar="URL",
    help="The queue's address, as AWS shows it; for looks, COLLAGEN_LOOKS_QUEUE or COLLAGEN_STYLES_QUEUE if none.",
)
@click.option("--looks", is_flag=True, help="Make looks of photos, from the queue where these are ordered.")
@click.option("--styles", is_flag=True, help="With --looks: those that a diffusion model paints.")
@click.option(
    "--redrive",
    is_flag=True,
    help="Bring the messages in the dead-letter queue back, say how many, and exit. Needs no store. For notifications,"
    " use this and not AWS's own redrive, which loses the time when the gateway received one, so that after two hours"
    " it is refused. Needs the same secrets as the workers, which only trust times signed with them.",
)
def worker(url: str | None, *, looks: bool, styles: bool, redrive: bool) -> None:
    """Take notifications from an Amazon SQS queue, and bring the photos they name up to date.

    For when one machine is not enough: API Gateway puts Cloudinary's webhooks into the queue, and any number of workers
    on one store take them out. With --looks, make the looks that are ordered in another queue; start a worker for each
    processor that is to be busy with it. With --looks --styles, make those that a diffusion model paints, ordered in a
    third queue; start a worker for each graphics card. boto3 finds the credentials and region (the machine's role, or
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION).

    A message is deleted once the store is right. A message that would fail again (a forged signature, nonsense) is
    deleted and logged; one that may succeed later comes back, and goes to the dead-letter queue after as many attempts
    as the queue's RedrivePolicy allows. Nothing is lost if the worker is killed: its messages reappear after a minute.
    A photo of which a look cannot be made is noted as failed; python -m app look CAMPAIGN LOOK --retry-failed tries it
    again.

    SIGTERM and Ctrl-C stop the worker once its messages are done and SQS has answered the last request: within 20
    seconds if there is nothing to do. A second signal ends it at once. Exit code 1 if it cannot start, or AWS does not
    let it use the queue.

    \b
    Examples:  python -m app worker --queue https://sqs.eu-central-1.amazonaws.com/123456789012/collagen
               python -m app worker --queue https://sqs.eu-central-1.amazonaws.com/123456789012/collagen --redrive
               python -m app worker --looks
              python -m app worker --looks --styles
    """
    stopping = Shutdown()
    settings = load_settings()
    if styles and not looks:
        raise click.UsageError("--styles are looks; add --looks.")
    key, known = (
        ("COLLAGEN_STYLES_QUEUE", settings.styles_queue) if styles else ("COLLAGEN_LOOKS_QUEUE", settings.looks_queue)
    )
    url = url or (known if looks else None)
    if url is None:
        raise click.UsageError("--queue is missing" + (f", and {key} is not set" if looks else "") + ".")
    queue = Queue(url)
    if redrive:
        kept = unchanged if looks else with_time(settings.required_webhook_secrets())
        _redrive(queue, kept, stopping)
        return
    taking = _looks(settings, painted=styles) if looks else _notifications(settings)
    with taking as (what, handle, threads):
        configure(settings.log)
        metrics.begin()
        stopping.on_signals()
        click.echo(f"Taking {what} from {queue.name}, {threads} in parallel.", err=True)
        working = Worker(queue, handle, stopping, threads=threads)
        working.run()
    words = working.words
    click.echo(f"Stopped: {words['done']} done, {words['drop']} dropped, {words['again']} to be tried again.", err=True)


Taking = tuple[str, Callable[[Message], Verdict], int]  # what, the function that handles one, how many at once


@contextlib.contextmanager
def _notifications(settings: Settings) -> Iterator[Taking]:
    exiftool = ExifTool()
    store = Store(settings.store)
    handler = Handler.of(settings, exiftool, partial(job.start, settings, store))
    store.root.check()  # otherwise every message would fail, and soon be in the dead-letter queue
    try:
        yield "notifications", lambda message: handler.handle(from_message(message)), THREADS
    finally:
        exiftool.close()


@contextlib.contextmanager
def _looks(settings: Settings, *, painted: bool) -> Iterator[Taking]:
    handler = LookHandler.of(settings, painted=painted)
    Store(settings.store).root.check()
    try:
        yield "looks", handler.handle, LOOKS_AT_ONCE
    finally:
        handler.close()


def _redrive(queue: Queue, kept: Attributes, stopping: Shutdown) -> None:
    dead = queue.dead_letters()
    total = dead.count()
    stopping.on_signals()
    progress = Progress("messages")
    progress.begin(f"From {dead.name}")
    try:
        brought = bring_back(queue, dead, kept, stopping, lambda done: progress.show(done, max(done, total)))
    finally:
        progress.end()
    left = dead.count()
    click.echo(
        f"{brought} messages brought back to {queue.name}" + (f"; about {left} are left in {dead.name}" if left else "")
    )
