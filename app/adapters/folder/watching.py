"""Tells of changes in a folder as they happen: by inotify, or by looking again and again where the system cannot say
what other machines change (NFS, SMB and the like)."""

import queue
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

MOUNTS = Path("/proc/self/mounts")
LOCAL = (
    "ext2",
    "ext3",
    "ext4",
    "xfs",
    "btrfs",
    "zfs",
    "tmpfs",
    "overlay",
    "f2fs",
    "vfat",
    "exfat",
    "ntfs3",
    "bcachefs",
)
POLL_SECONDS = 10.0  # between two looks at everything
IGNORED = ("opened", "closed_no_write")


class Changes(FileSystemEventHandler):
    """The paths in a folder that have changed, from the top, with `/`; "" for what is not about one file.

    `polls`: whether it looks again and again.
    """

    def __init__(self, top: Path) -> None:
        self._top = top
        self._paths: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.polls = not is_local(top)
        self._observer = self._started()

    def next(self, seconds: float) -> str | None:
        """The next path; None if nothing changes for so long."""
        try:
            return self._paths.get(timeout=seconds)
        except queue.Empty:
            return None

    def close(self) -> None:
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type in IGNORED or (event.is_directory and event.event_type == "modified"):
            return
        for path in filter(None, (event.src_path, event.dest_path)):
            text = path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else str(path)
            inside = Path(text).is_relative_to(self._top) and not event.is_directory
            self._paths.put(Path(text).relative_to(self._top).as_posix() if inside else "")

    def _started(self) -> BaseObserver:
        kinds = [PollingObserver] if self.polls else [Observer, PollingObserver]
        for kind in kinds:
            observer: BaseObserver = kind(timeout=POLL_SECONDS) if kind is PollingObserver else kind()
            observer.schedule(self, str(self._top), recursive=True)
            try:
                observer.start()
            except OSError:  # no watches left (fs.inotify.max_user_watches)
                if kind is kinds[-1]:
                    raise
                self.polls = True
                continue
            return observer
        raise AssertionError("one of them has started")


def is_local(path: Path, mounts: Path = MOUNTS) -> bool:
    """Whether this machine sees every change at a path: it is on a file system that no other one writes to."""
    try:
        lines = [line.split(" ") for line in mounts.read_text("utf-8", "replace").splitlines()]
    except OSError:
        return False
    real = path.resolve()
    found = [(len(at), kind) for _, at, kind, *_ in lines if real.is_relative_to(at.replace("\\040", " "))]
    return max(found, default=(0, ""))[1] in LOCAL
