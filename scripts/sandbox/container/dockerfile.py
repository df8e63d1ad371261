"""Reads a Dockerfile (stages, instructions, arguments) and a .dockerignore, only as far as ours need."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

DOCKERFILE = Path(__file__).parents[3] / "deploy" / "container" / "Dockerfile"
KNOWN = {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


@dataclass(frozen=True)
class Instruction:
    """One instruction. `words`: its arguments; of RUN, the one shell command. `line`: where it begins."""

    keyword: str
    words: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True)
class Stage:
    """`base`: an image, or the name of an earlier stage."""

    name: str
    base: str
    instructions: tuple[Instruction, ...]


def parse(text: str) -> list[Stage]:
    """The stages of a Dockerfile. Raises ValueError for anything that this reader does not know."""
    stages: list[Stage] = []
    for line, logical in _logical_lines(text):
        instruction = _instruction(line, logical)
        if instruction.keyword == "FROM":
            base, *rest = instruction.words
            name = rest[1] if len(rest) == 2 and rest[0].upper() == "AS" else ""
            stages.append(Stage(name, base, ()))
        elif not stages:
            raise ValueError(f"line {line}: {instruction.keyword} stands before the first FROM")
        else:
            last = stages[-1]
            stages[-1] = Stage(last.name, last.base, (*last.instructions, instruction))
    return stages


def built(stages: list[Stage], target: str) -> tuple[str, list[Instruction]]:
    """The image that a stage is ultimately based on, and all instructions on the way to it."""
    by_name = {stage.name: stage for stage in stages}
    stage = by_name[target]
    instructions = list(stage.instructions)
    while stage.base in by_name:
        stage = by_name[stage.base]
        instructions = [*stage.instructions, *instructions]
    return stage.base, instructions


def lets_through(patterns: list[str], path: PurePosixPath) -> bool:
    """Whether a file is sent to the builder: the last pattern that matches it or a directory above decides."""
    through = True
    for pattern in patterns:
        wanted = pattern.removeprefix("!")
        above = [path, *path.parents][:-1]
        if any(fnmatchcase(each.name if wanted.startswith("**/") else str(each), _plain(wanted)) for each in above):
            through = pattern.startswith("!")
    return through


def ignore_patterns(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _plain(pattern: str) -> str:
    return pattern.removeprefix("**/").rstrip("/")


def _logical_lines(text: str) -> list[tuple[int, str]]:
    """Lines joined with their continuations; comments are left out, even inside a continued line."""
    lines: list[tuple[int, str]] = []
    begun: tuple[int, str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or (not line.strip() and begun is None):
            continue
        start, before = begun or (number, "")
        goes_on = line.rstrip().endswith("\\")
        joined = before + (line.rstrip()[:-1] if goes_on else line)
        begun = (start, joined) if goes_on else None
        if begun is None:
            lines.append((start, joined.strip()))
    return lines


def _instruction(line: int, text: str) -> Instruction:
    keyword, _, rest = text.partition(" ")
    keyword, rest = keyword.upper(), rest.strip()
    if keyword not in KNOWN:
        raise ValueError(f"line {line}: {keyword} is not known here")
    options = {}
    while found := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
        options[found[1]] = found[2]
        rest = rest[found.end() :]
    if keyword == "HEALTHCHECK":
        rest = rest.removeprefix("CMD").strip()
    if rest.startswith("["):
        return Instruction(keyword, tuple(json.loads(rest)), options, line)
    if "$" in rest and keyword != "RUN":
        raise ValueError(f"line {line}: variables are not known here")
    words = (rest,) if keyword == "RUN" else tuple(shlex.split(rest))
    return Instruction(keyword, words, options, line)
