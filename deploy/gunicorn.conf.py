"""gunicorn's settings: gunicorn -c deploy/gunicorn.conf.py 'app.web:create_app()'"""

import os
import runpy
import subprocess
import sys
from pathlib import Path

from dotenv import dotenv_values

bind = "127.0.0.1:8000"  # nginx stands before it
# A notification mostly waits for Cloudinary: threads wait, processes decode.
workers = int(os.environ.get("WEB_CONCURRENCY", 2 * (os.cpu_count() or 1)))
worker_class = "gthread"
threads = 8
worker_connections = threads  # a worker that has enough to do leaves the rest to the others
keepalive = 0  # a connection that is kept would stick to one worker, however much that has to do
timeout = 120  # seconds without a sign of life from a worker
graceful_timeout = 60  # seconds that requests get to end when a worker is told to
worker_tmp_dir = "/dev/shm"  # noqa: S108 -- in memory, so that a slow disk never looks like a dead worker
# What ImageMagick may do; without it the service does not start.
raw_env = [f"MAGICK_CONFIGURE_PATH={Path(__file__).resolve().parent / 'imagemagick'}"]
control_socket_disable = True  # one in the home directory, which two services would share


def _log_style():
    """COLLAGEN_LOG as the application reads it; what is wrong with it is for `on_starting` to say."""
    try:
        said = os.environ.get("COLLAGEN_LOG") or dotenv_values(".env").get("COLLAGEN_LOG")
    except (OSError, UnicodeDecodeError):
        said = None
    return "json" if said == "json" else "plain"


LOG = _log_style()
# By its path: workers are forked from this process, and would find whatever it has imported of `app`, also after an
# upgrade.
logconfig_dict = runpy.run_path(str(Path(__file__).resolve().parents[1] / "app/journal.py"))["of_gunicorn"](LOG)


def on_starting(server):
    """Ends the start with one line where a setting or a tool is missing, before any worker fails on it."""
    if subprocess.run([sys.executable, "-m", "app.starting"]).returncode:
        sys.exit(1)


def post_fork(server, worker):
    """Makes the worker's lines carry the ID of the request that they belong to, which its own `app.journal` knows."""
    from logging.config import dictConfig

    from app import journal

    dictConfig(journal.of_gunicorn(LOG))
