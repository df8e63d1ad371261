"""gunicorn's settings: gunicorn -c deploy/gunicorn.conf.py 'app.web.app:create_app()'"""

import contextlib
import gc
import importlib
import os
import runpy
import subprocess
import sys
from pathlib import Path

from dotenv import dotenv_values

# What every worker imports, but for `app`: loaded once, before they are forked. They share the memory, and a reload
# leaves nobody to answer for 0.9 s instead of 1.5 (4 workers, 2 cores). Nothing here starts a thread.
LIBRARIES = (
    "babel.support",
    "cloudinary.api",
    "cloudinary.uploader",
    "flask",
    "pythonjsonlogger.json",
    "requests",
    "segno",
)


def _of_app(module):
    """The names in a module of the application, loaded by its path: workers are forked from this process, and would
    inherit everything it has imported of `app`, even after an upgrade."""
    return runpy.run_path(str(Path(__file__).resolve().parents[1] / f"app/{module}.py"))


def _most_workers() -> int:
    """As many as the processors can use and the memory can hold.

    A worker takes 100 MB with its decoder and its exiftool (measured after 60 photos: 45 + 17 + 33), and briefly more
    while it decodes a large picture. This leaves room for the system and nginx (150 MB) and a build (450 MB).
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):  # a container's
        with contextlib.suppress(OSError, ValueError):
            memory = min(memory, int(Path(limit).read_text("ascii")))
    return max(2, min(2 * len(os.sched_getaffinity(0)), (memory - 600_000_000) // 150_000_000))


bind = "127.0.0.1:8000"  # behind nginx; under systemd collagen.socket listens
# A notification mostly waits for Cloudinary: threads wait, processes decode.
workers = int(os.environ.get("WEB_CONCURRENCY") or _most_workers())
worker_class = "gthread"
# At most 48 handle webhooks and 4 event streams (app/core/limits.py); the rest answer everything else, and tell further
# webhooks to retry.
threads = 64
worker_connections = threads  # leave further requests to other workers instead of queueing them behind these threads
keepalive = 0  # a kept-alive connection would stick to one worker, however busy that is
# Replace workers now and then, in case they leak memory; they finish their requests first. Not all at once.
max_requests = 20_000
max_requests_jitter = 5_000
graceful_timeout = 60  # seconds for requests to finish when a worker has to end; systemd waits 75
# Seconds without a sign of life from a worker. A worker being replaced gets them after graceful_timeout for its last
# request: together more than the longest wait for a build (app/web/api/collages.py).
timeout = 250
worker_tmp_dir = "/dev/shm"  # noqa: S108 -- in memory, so that a slow disk never looks like a dead worker
accesslog = None  # the app logs requests itself, without addresses or tokens
raw_env = [f"{name}={value}" for name, value in _of_app("core/limits")["IMAGEMAGICK"].items()]
control_socket_disable = True  # it would be in the home directory, shared by two services


def _log_style():
    """COLLAGEN_LOG as the application reads it; `on_starting` reports a wrong value."""
    try:
        style = os.environ.get("COLLAGEN_LOG") or dotenv_values(".env").get("COLLAGEN_LOG")
    except (OSError, UnicodeDecodeError):
        style = None
    return "json" if style == "json" else "plain"


LOG = _log_style()
logconfig_dict = _of_app("core/logging")["of_gunicorn"](LOG)


def on_starting(server):
    """Stops the start with one line if a setting or a tool is missing, before any worker fails on it."""
    hosts = [address[0] for address in server.address if isinstance(address, tuple)]  # a socket's path is a string
    if subprocess.run([sys.executable, "-m", "app.web.preflight", *hosts]).returncode:  # noqa: S603 -- our own settings
        sys.exit(1)


def when_ready(server):
    """Loads the libraries, and keeps the garbage collector from writing to the memory that workers share."""
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.freeze()


def post_fork(server, worker):
    """Adds the request's ID to the worker's log lines; the worker's own `app.core.logging` knows it."""
    from logging.config import dictConfig

    from app.core.logging import of_gunicorn

    dictConfig(of_gunicorn(LOG))


def post_worker_init(worker):
    """Makes each worker remove cached pictures of people who were forgotten."""
    worker.wsgi.extensions["collagen"].erasing.start()
    worker.wsgi.extensions["collagen"].keeping.start()
