"""gunicorn's settings: gunicorn -c deploy/gunicorn.conf.py 'app.web.app:create_app()'"""

import contextlib
import os
import runpy
import subprocess
import sys
from pathlib import Path

from dotenv import dotenv_values


def _of_app(module):
    """What a module of the application has. By its path: workers are forked from this process, and would find whatever
    it has imported of `app`, also after an upgrade."""
    return runpy.run_path(str(Path(__file__).resolve().parents[1] / f"app/{module}.py"))


def _most_workers() -> int:
    """As many as the processors can use and the memory can hold.

    A worker takes 100 MB with its decoder and its exiftool (measured after 60 photos: 45 + 17 + 33), and more for a
    moment while it decodes a large picture. Beside them the system and nginx (150 MB) and a build (450 MB) have room.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):  # a container's
        with contextlib.suppress(OSError, ValueError):
            memory = min(memory, int(Path(limit).read_text("ascii")))
    return max(2, min(2 * len(os.sched_getaffinity(0)), (memory - 600_000_000) // 150_000_000))


bind = "127.0.0.1:8000"  # nginx stands before it; under systemd it is collagen.socket that listens
# A notification mostly waits for Cloudinary: threads wait, processes decode.
workers = int(os.environ.get("WEB_CONCURRENCY") or _most_workers())
worker_class = "gthread"
# 48 at most are webhooks (app/core/limits.py); the rest answer all else meanwhile, and tell further webhooks to come
# again.
threads = 64
worker_connections = threads  # what a worker cannot begin is left to the others, not queued behind its threads
keepalive = 0  # a connection that is kept would stick to one worker, however much that has to do
# A worker is replaced now and then, in case something in it grows; it answers what it has begun. Not all at once.
max_requests = 20_000
max_requests_jitter = 5_000
graceful_timeout = 60  # seconds that requests get to end when a worker is told to; systemd waits 75
# Seconds without a sign of life from a worker. A worker that is replaced has them, after graceful_timeout, for its last
# request: together more than the longest that a build is waited for (app/web/api/collages.py).
timeout = 250
worker_tmp_dir = "/dev/shm"  # noqa: S108 -- in memory, so that a slow disk never looks like a dead worker
accesslog = None  # the app writes those lines, without addresses or tokens
raw_env = [f"{name}={value}" for name, value in _of_app("core/limits")["IMAGEMAGICK"].items()]
control_socket_disable = True  # one in the home directory, which two services would share


def _log_style():
    """COLLAGEN_LOG as the application reads it; what is wrong with it is for `on_starting` to say."""
    try:
        said = os.environ.get("COLLAGEN_LOG") or dotenv_values(".env").get("COLLAGEN_LOG")
    except (OSError, UnicodeDecodeError):
        said = None
    return "json" if said == "json" else "plain"


LOG = _log_style()
logconfig_dict = _of_app("core/logging")["of_gunicorn"](LOG)


def on_starting(server):
    """Ends the start with one line where a setting or a tool is missing, before any worker fails on it."""
    hosts = [address[0] for address in server.address if isinstance(address, tuple)]  # a socket's path is a text
    if subprocess.run([sys.executable, "-m", "app.web.preflight", *hosts]).returncode:  # noqa: S603 -- our own settings
        sys.exit(1)


def post_fork(server, worker):
    """Makes the worker's log lines carry the request's ID, which its own `app.core.logging` knows."""
    from logging.config import dictConfig

    from app.core.logging import of_gunicorn

    dictConfig(of_gunicorn(LOG))


def post_worker_init(worker):
    """Has each worker remove what it keeps of people who were forgotten."""
    worker.wsgi.extensions["collagen"].erasing.start()
