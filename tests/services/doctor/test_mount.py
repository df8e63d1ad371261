"""Reading and judging the store's mount from /proc/self/mountinfo."""

from __future__ import annotations

import pytest

from app.services.doctor.mount import judge, mount_of

ROOT = "22 1 259:1 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p1 rw,discard"
PROC = "23 22 0:21 / /proc rw,nosuid - proc proc rw"
EFS = (
    "90 22 0:51 / /srv/collagen rw,relatime shared:44 - nfs4 fs-1.efs.eu-central-1.amazonaws.com:/ "
    "rw,vers=4.1,rsize=1048576,wsize=1048576,namlen=255,hard,noresvport,proto=tcp,timeo=600,retrans=2,sec=sys,"
    "local_lock=none,addr=10.0.0.5"
)


def said(*lines: str, path: str = "/srv/collagen") -> tuple[str, str]:
    result = judge(mount_of(path, "\n".join([ROOT, PROC, *lines]) + "\n"))
    return result.state, str(result)


def test_efs_mounted_as_it_should_be_is_well() -> None:
    assert said(EFS) == ("ok", "ok    store: file system: NFS 4.1, mounted hard")


@pytest.mark.parametrize(
    ("change", "state", "named"),
    [
        (("hard,", "soft,"), "warn", "mounted soft"),
        (("vers=4.1", "vers=4.0"), "warn", "NFS 4.0"),
        (("vers=4.1", "vers=3"), "FAIL", "locks do not hold"),
        (("nfs4", "nfs"), "ok", "NFS 4.1"),
        (("local_lock=none", "local_lock=flock"), "FAIL", "locks do not hold"),
        (("hard,", "hard,nolock,"), "FAIL", "locks do not hold"),
        (("nfs4", "fuse.s3fs"), "warn", "fuse.s3fs"),
        (("nfs4", "tmpfs"), "warn", "in memory"),
        (("nfs4", "overlay"), "warn", "lost with the container"),
        (("nfs4", "xfs"), "ok", "local to this machine"),
    ],
)
def test_every_unsafe_mount_option_is_named(change: tuple[str, str], state: str, named: str) -> None:
    assert said(EFS.replace(*change))[0] == state
    assert named in said(EFS.replace(*change))[1]
    if state != "ok":
        assert "; " in said(EFS.replace(*change))[1], "and what to do"


def test_the_innermost_mount_counts_and_of_two_on_one_point_the_later() -> None:
    assert "ext4" in said()[1]
    assert "ext4" in said(EFS, path="/srv/collagen-2")[1], "a name that only begins alike is another's"
    assert "NFS" in said(EFS, path="/srv/collagen/below")[1]
    later = EFS.replace("nfs4", "xfs")
    assert "xfs" in said(EFS, later)[1]
    assert "NFS" in said(later, EFS)[1]


def test_a_space_in_the_path_is_written_in_octal() -> None:
    assert "NFS" in said(EFS.replace("/srv/collagen", r"/srv/the\040store"), path="/srv/the store")[1]


def test_what_cannot_be_read_is_said_to_be_unknown() -> None:
    assert judge(mount_of("/srv", "")).state == "warn"
    assert judge(mount_of("/srv", "nonsense\n\n - \n")).state == "warn"
