"""The Dockerfile and the compose file; scripts/image-test runs them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from scripts.sandbox.container import dockerfile
from scripts.sandbox.container.dockerfile import (
    DOCKERFILE,
    Instruction,
    built,
    ignore_patterns,
    lets_through,
    parse,
)

ROOT = DOCKERFILE.parents[2]
COMPOSE = DOCKERFILE.with_name("compose.yaml")


@pytest.fixture(scope="module")
def steps() -> list[Instruction]:
    return built(parse(DOCKERFILE.read_text("utf-8")), "collagen")[1]


@pytest.fixture(scope="module")
def patterns() -> list[str]:
    return ignore_patterns(Path(f"{DOCKERFILE}.dockerignore").read_text("utf-8"))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return read


def words(steps: list[Instruction], keyword: str) -> list[tuple[str, ...]]:
    return [step.words for step in steps if step.keyword == keyword]


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    said = subprocess.run([hadolint, "--no-color", DOCKERFILE], capture_output=True, text=True)
    assert (said.returncode, said.stdout) == (0, ""), said.stdout


def test_a_dockerfile_is_read_as_docker_reads_it() -> None:
    text = """# a comment
FROM debian:12 AS base
RUN one \\
    # a comment in between
    && two

ENV A=1 B="two words"
FROM base
HEALTHCHECK --interval=5s CMD ["true"]
CMD ["x", "--y=z"]
"""
    first, second = parse(text)
    assert (first.name, first.base, second.base) == ("base", "debian:12", "base")
    assert [step.words for step in first.instructions] == [("one     && two",), ("A=1", "B=two words")]
    assert second.instructions[0] == Instruction("HEALTHCHECK", ("true",), {"interval": "5s"}, 9)
    assert second.instructions[1].words == ("x", "--y=z")
    assert [step.keyword for step in built(parse(text), "")[1]] == ["RUN", "ENV", "HEALTHCHECK", "CMD"]


@pytest.mark.parametrize("text", ["RUN x", "FROM a\nADD b c", "FROM a\nUSER $WHO"])
def test_what_is_not_known_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"line [12]"):
        parse(text)


def test_the_base_is_pinned_and_the_user_is_not_root(steps: list[Instruction]) -> None:
    base, _ = built(parse(DOCKERFILE.read_text("utf-8")), "collagen")
    assert re.fullmatch(r"debian:\d+\.\d+-slim", base)
    (user,) = words(steps, "USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user[0])


def test_signals_reach_the_service_and_its_health_is_asked_for(steps: list[Instruction]) -> None:
    (entrypoint,), (command,) = words(steps, "ENTRYPOINT"), words(steps, "CMD")
    assert [*entrypoint[1:], *command] == [
        *("-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000", "app.web.app:create_app()")
    ]
    (health,) = words(steps, "HEALTHCHECK")
    assert "'/health'" in health[-1]
    compile(health[-1], "HEALTHCHECK", "exec")


def test_whatever_is_copied_is_sent_to_the_builder_and_little_else(patterns: list[str]) -> None:
    _, steps = built(parse(DOCKERFILE.read_text("utf-8")), "standin")  # everything in the image, and more
    for *sources, _ in words(steps, "COPY"):
        for source in sources:
            path = ROOT / source
            inside = [path] if path.is_file() else list(path.rglob("*.py")) or list(path.iterdir())
            assert inside
            for each in inside:
                assert lets_through(patterns, PurePosixPath(each.relative_to(ROOT))), each
    for name in (
        ".env",
        ".git/config",
        "data/.collagen",
        "campaigns.toml",
        "app/web/__pycache__/x.pyc",
        ".venv/bin/pip",
    ):
        assert not lets_through(patterns, PurePosixPath(name)), name


def test_its_files_are_named_by_absolute_paths(steps: list[Instruction]) -> None:
    set_there = dict(one.split("=", 1) for env in words(steps, "ENV") for one in env)
    paths = ("COLLAGEN_STORE", "COLLAGEN_CAMPAIGNS", "COLLAGEN_LOOKS", "COLLAGEN_MODELS")
    assert all(PurePosixPath(set_there[name]).is_absolute() for name in paths)


def test_python_packages_are_installed_by_their_hashes(steps: list[Instruction]) -> None:
    installs = " ".join(command for (command,) in words(steps, "RUN"))
    for found in re.findall(r"pip install[^&]*", installs):
        assert "--require-hashes" in found
    assert "scripts/setup" in installs  # which installs requirements.txt so
    requirements = (ROOT / "deploy/aws/requirements.txt").read_text("utf-8")
    pinned = re.findall(r"^([a-z][a-z0-9-]*)==[^\n]*\\\n +--hash=sha256:", requirements, re.MULTILINE)
    assert "awslambdaric" in pinned
    assert len(pinned) == len(re.findall(r"^[a-z][a-z0-9-]*==", requirements, re.MULTILINE))


def test_every_service_is_built_here_and_refers_to_what_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    targets = {stage.name for stage in dockerfile.parse(DOCKERFILE.read_text("utf-8"))}
    images = {service["image"] for service in services.values() if "build" in service}
    for service in services.values():
        assert service["image"] in images
        if build := service.get("build"):
            assert (COMPOSE.parent / build["context"] / build["dockerfile"]).resolve() == DOCKERFILE
            assert build["target"] in targets
        assert set(service.get("depends_on", ())) <= set(services)
        assert str(service.get("network_mode", "none")).removeprefix("service:") in {*services, "none"}
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (COMPOSE.parent / source).exists()


def test_the_standin_has_what_it_is_to_run(compose: dict[str, Any]) -> None:
    _, steps = built(parse(DOCKERFILE.read_text("utf-8")), "standin")
    copied = {ROOT / source for *sources, _ in words(steps, "COPY") for source in sources}
    commands = [
        service["command"] for service in compose["services"].values() if service["image"] == "collagen-standin"
    ]
    for module in {words(steps, "CMD")[-1][0], *(command[0] for command in commands)}:
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
        assert copied & {path, *path.parents}, module


def test_the_service_writes_to_its_store_alone_and_is_seen_from_this_machine_alone(compose: dict[str, Any]) -> None:
    for name in ("init", "collagen", "worker"):
        service = compose["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert [volume for volume in service["volumes"] if not volume.endswith(":ro")] == ["store:/srv/collagen"]
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:8000:8000"]


def test_its_settings_are_ours_and_none_of_its_defaults_opens_a_door(compose: dict[str, Any]) -> None:
    known = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    settings = compose["services"]["collagen"]["environment"]
    assert set(settings) <= known
    for name in ("COLLAGEN_ADMIN_PASSWORD", "COLLAGEN_SECRET_KEY"):
        assert settings[name] == f"${{{name}:-}}"
