"""Runs the demo and the test suite in a clean root of a Debian or Ubuntu release.

    scripts/clean-root trixie                                  # both commands, as a new user would run them
    scripts/clean-root bookworm -- ./scripts/test tests/adapters/imaging
    scripts/clean-root noble -- ./scripts/demo --once          # Ubuntu 24.04
    scripts/clean-root trixie --keep /var/tmp/trixie           # keep the root, and use it again next time
    scripts/clean-root bookworm --package libmagickcore-6.q16-6=8:6.9.11.60+dfsg-1.6+deb12u11 \\
                                --package libmagickwand-6.q16-6=8:6.9.11.60+dfsg-1.6+deb12u11

debootstrap makes the smallest system of the release (minbase) once and caches it in ~/.cache/collagen-roots/SUITE;
delete that directory to make it anew. Each run copies it, upgrades its packages (security updates included), clones the
repository's HEAD into /root/collagen there (uncommitted changes stay behind), and runs each command in a chroot with
its own mounts and processes. The root is removed afterwards. The exit code is 1 if a command fails.

Needs root, Linux and the network (packages of Debian or Ubuntu, and PyPI; installs debootstrap where apt-get can).
How this machine reaches them is carried into the root: resolv.conf and hosts; apt's proxy, credentials and Acquire
settings; pip's proxy, indexes and certificates (no local directories); variables of proxies and certificates, and the
files they name.
"""

from __future__ import annotations

import argparse
import configparser
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from scripts.sandbox.container.root import PATH, UBUNTU, Root, cached, mirror_of

REPOSITORY = Path(__file__).parents[3]
CHECKOUT = "/root/collagen"
COMMANDS = [["./scripts/demo", "--once"], ["./scripts/test"]]

# How this machine reaches Debian's packages and PyPI
FILES = ("/etc/resolv.conf", "/etc/hosts")
PIP_FILES = ("/etc/pip.conf", "/etc/xdg/pip/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf")
PIP_SETTINGS = (
    "index-url",
    "extra-index-url",
    "proxy",
    "trusted-host",
    "cert",
    "timeout",
    "default-timeout",
    "retries",
)
VARIABLES = re.compile(r"(https?|all|no)_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE", re.IGNORECASE)
ACQUIRE = re.compile(r"Acquire::(https?|Retries|Check-\S+)\b.*", re.IGNORECASE)
CERTIFICATES = Path("usr/local/share/ca-certificates")  # certificates added to Debian's own

# Process 1 of the root: the shell, which reaps orphans, as an init would; pytest does not.
AS_CHILD = ("bash", "-c", '"$@"; exit $?', "bash")
APT = "export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1; apt-get -qq update && apt-get -qq -y dist-upgrade"


def main() -> None:
    arguments = parsed(sys.argv[1:])
    # A shell's background jobs ignore it, and so would the programs in the root that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.geteuid():
        sys.exit("scripts/clean-root needs root: it makes a system and runs in it.")
    if shutil.which("debootstrap") is None:
        subprocess.run(["apt-get", "install", "-qq", "-y", "debootstrap", "debian-archive-keyring"], check=True)
    with tempfile.TemporaryDirectory(prefix="collagen-root.", dir="/var/tmp") as folder:
        root = Root(arguments.keep or Path(folder, arguments.suite), directory=CHECKOUT)
        pip = [Path(name).expanduser() for name in PIP_FILES]
        root.environ = environment(os.environ, [file.read_text() for file in pip if file.is_file()])
        try:
            made(root, arguments.suite, arguments.mirror, arguments.package)
        except subprocess.CalledProcessError as error:
            sys.exit(f"The root could not be made: {error}")
        failed = [command for command in arguments.command or COMMANDS if not passes(root, command)]
    sys.exit(bool(failed))


def parsed(words: list[str]) -> argparse.Namespace:
    """Parses the command line. `command`: a list of one command, or None."""
    ours, command = words, None
    if "--" in words:
        ours, command = words[: words.index("--")], [words[words.index("--") + 1 :]]
    parser = argparse.ArgumentParser(
        prog="scripts/clean-root",
        usage="%(prog)s SUITE [--keep DIR] [--package NAME=VERSION]... [--mirror URL] [-- COMMAND...]",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("suite", metavar="SUITE", help="a release: bookworm, trixie, noble")
    parser.add_argument("--keep", metavar="DIR", type=Path, help="leave the root in DIR; reuse the one that is there")
    parser.add_argument(
        "--package",
        metavar="NAME=VERSION",
        action="append",
        default=[],
        help="install this version of a package first, and hold it (`apt-cache madison NAME` lists versions)",
    )
    parser.add_argument("--mirror", metavar="URL", help="of the release's packages (default: the usual one)")
    arguments = parser.parse_args(ours)
    arguments.mirror = arguments.mirror or mirror_of(arguments.suite)
    if command == [[]]:
        parser.error("no command after --")
    arguments.command = command
    return arguments


def sources(suite: str, mirror: str) -> str:
    """apt's sources.list: the release and, but for sid, its updates and security updates."""
    suites = [(mirror, suite)]
    if suite in UBUNTU:
        suites += [(mirror, f"{suite}-updates"), (mirror, f"{suite}-security")]
    elif suite not in ("sid", "unstable"):
        suites += [(mirror, f"{suite}-updates"), (f"{mirror.rstrip('/')}-security", f"{suite}-security")]
    components = "main universe" if suite in UBUNTU else "main"
    return "".join(f"deb {address} {name} {components}\n" for address, name in suites)


def pip_settings(ours: Mapping[str, str], files: Iterable[str]) -> dict[str, str]:
    """The network settings from pip's variables, or else its configuration (texts of files; the last one wins).

    Addresses of local directories are left out: they do not exist in the root.
    """
    found: dict[str, str] = {}
    for text in files:
        parser = configparser.RawConfigParser(strict=False)
        parser.read_string(text)
        for section in ("global", "install"):
            found |= dict(parser[section]) if parser.has_section(section) else {}
    found |= {name[4:].lower().replace("_", "-"): value for name, value in ours.items() if name.startswith("PIP_")}
    wanted = {name: found[name].split() for name in PIP_SETTINGS if name in found}
    remote = {name: [word for word in words if not word.startswith("file:")] for name, words in wanted.items()}
    return {name: " ".join(words) for name, words in remote.items() if words}


def environment(ours: Mapping[str, str], files: Iterable[str] = ()) -> dict[str, str]:
    """The variables of a new root user's shell, and those that tell how to reach PyPI and Debian."""
    carried = {name: value for name, value in ours.items() if VARIABLES.fullmatch(name)}
    pip = {f"PIP_{name.upper().replace('-', '_')}": value for name, value in pip_settings(ours, files).items()}
    return {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "TERM": ours.get("TERM", "dumb")} | carried | pip


def made(root: Root, suite: str, mirror: str, packages: list[str]) -> None:
    """Creates the root, or updates an existing one. Raises CalledProcessError."""
    if not root.path.exists():
        root.path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", "--reflink=auto", cached(suite, mirror), root.path], check=True)
        (root.path / "etc/apt/sources.list").write_text(sources(suite, mirror))
    carry(root.path, root.environ)
    cloned(REPOSITORY, root.path / CHECKOUT.lstrip("/"))
    install = 'apt-get -qq -y --allow-downgrades --no-install-recommends install "$@" && apt-mark hold "${@%%=*}"'
    script = f"{APT} && {install}" if packages else APT
    log = root.path / "var/log/clean-root.log"
    with log.open("w") as root.log:
        try:
            root.start([*AS_CHILD, "bash", "-c", script, "bash", *packages], check=True)
        except subprocess.CalledProcessError:
            print(log.read_text(errors="replace"), file=sys.stderr)
            raise
    root.log = None


def carry(path: Path, environ: dict[str, str]) -> None:
    """Copies this machine's package registry settings into the root at `path`."""
    settings = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    wanted = [line for line in settings.splitlines() if ACQUIRE.fullmatch(line)]
    (path / "etc/apt/apt.conf.d/90clean-root").write_text("\n".join(wanted) + "\n")
    shutil.copytree("/etc/apt/auth.conf.d", path / "etc/apt/auth.conf.d", dirs_exist_ok=True)
    certificates = sorted(
        {Path(value) for value in environ.values() if value.startswith("/") and Path(value).is_file()}
    )
    for file in [*map(Path, FILES), *certificates]:
        if file.is_file():
            copy = path / str(file).lstrip("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)  # it may be a link
            shutil.copy(file, copy)
    for number, file in enumerate(certificates):  # or the package ca-certificates would overwrite the copy
        (path / CERTIFICATES).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, path / CERTIFICATES / f"host-{number}.crt")


def cloned(repository: Path, checkout: Path) -> None:
    """A clone of the committed files; in an existing one, ignored files such as .venv stay."""
    if not checkout.exists():
        subprocess.run(["git", "clone", "--quiet", "--no-local", repository, checkout], check=True)
    here = ["git", "-c", "safe.directory=*", "-C", str(checkout)]
    subprocess.run([*here, "fetch", "--quiet", str(repository), "HEAD"], check=True)
    subprocess.run([*here, "reset", "--quiet", "--hard", "FETCH_HEAD"], check=True)
    subprocess.run([*here, "clean", "--quiet", "-fd"], check=True)


def name_of(path: Path) -> str:
    """The release in a root, such as Debian 13.2 or Ubuntu 24.04."""
    lines = dict(line.split("=", 1) for line in (path / "etc/os-release").read_text().splitlines() if "=" in line)
    if lines["ID"] == "debian":  # whose os-release has no point releases
        return f"Debian {(path / 'etc/debian_version').read_text().strip()}"
    return f"{lines['NAME'].strip(chr(34))} {lines['VERSION_ID'].strip(chr(34))}"


def passes(root: Root, command: list[str]) -> bool:
    """Runs a command in the checkout and prints the result."""
    release = name_of(root.path)
    start = time.monotonic()
    process = root.start([*AS_CHILD, *command])
    try:
        code = process.wait()
    finally:
        process.kill()  # on Ctrl-C; everything in the root ends with it
    print(f"{release}: {' '.join(command)}: exit {code} after {time.monotonic() - start:.0f} s", flush=True)
    return code == 0


if __name__ == "__main__":
    main()
