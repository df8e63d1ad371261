"""Judges the file system that holds the store, and how it is mounted. Pure."""

import re
from dataclasses import dataclass

from app.services.doctor.result import FAIL, OK, WARN, Result

CHECK = "store: file system"
# As AWS recommends for EFS (https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-nfs-mount-settings.html)
WANTED = "mount it with nfsvers=4.1,hard (deploy/install.sh --efs writes the line)"
TEMPORARY = {"tmpfs": "in memory: lost on restart", "overlay": "a container's own: lost with the container"}


@dataclass(frozen=True)
class Mount:
    """`options`: of the mount and of the file system; "" for those without a value."""

    point: str
    kind: str
    options: dict[str, str]


def mount_of(path: str, mountinfo: str) -> Mount | None:
    """The mount that holds `path` (absolute, without links), from the text of /proc/self/mountinfo (proc(5))."""
    found = None
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        here, there = left.split(), right.split()
        if len(here) < 6 or len(there) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), here[4])
        # of two mounts on one point the later one is visible
        if f"{path}/".startswith(f"{point.rstrip('/')}/") and (found is None or len(point) >= len(found.point)):
            options = (option.partition("=") for option in f"{here[5]},{there[2]}".split(","))
            found = Mount(point, there[0], {name: value for name, _, value in options})
    return found


def judge(mount: Mount | None) -> Result:
    """Whether a file written there is safe, and a lock taken there holds on every host."""
    if mount is None:
        return Result(CHECK, WARN, "the system does not say which file system holds the store")
    if mount.kind in TEMPORARY:
        return Result(CHECK, WARN, f"{mount.kind}, {TEMPORARY[mount.kind]}", "set COLLAGEN_STORE to permanent storage")
    if mount.kind in ("nfs", "nfs4"):
        return _nfs(mount)
    if mount.kind.startswith("fuse") or mount.kind in ("cifs", "smb3", "9p", "vboxsf"):
        message = f"{mount.kind}: renames may not be atomic, and locks may not hold"
        return Result(CHECK, WARN, message, "use a local disk or NFS 4.1")
    return Result(CHECK, OK, f"{mount.kind}, local to this machine")


def _nfs(mount: Mount) -> Result:
    version, options = mount.options.get("vers", "?"), mount.options
    if not version.startswith("4") or "nolock" in options or options.get("local_lock", "none") not in ("none", ""):
        return Result(CHECK, FAIL, f"NFS {version}, where locks do not hold for other hosts", WANTED)
    if "hard" not in options:
        return Result(CHECK, WARN, "NFS, mounted soft: a timeout can lose half a write", WANTED)
    if version == "4.0":
        return Result(CHECK, WARN, "NFS 4.0, which may repeat a rename", WANTED)
    return Result(CHECK, OK, f"NFS {version}, mounted hard")
