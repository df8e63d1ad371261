"""Reads docs/operations.md as a list of steps, so that no step is skipped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Command:
    """A line of a ```sh block, the line below it, and the text to write if the command is an editor."""

    line: str
    seen: str
    content: list[str] = field(default_factory=list)

    @property
    def fails(self) -> bool:
        return self.seen.startswith("exit 1: ")

    def is_seen_in(self, output: str) -> bool:
        """Whether the output contains what the page promises: as a line, or as the beginning or end of one."""
        wanted = self.seen.removeprefix("exit 1: ")
        if wanted == "(nothing)":
            return output == ""
        pattern = ".*".join(re.escape(part.strip()) for part in wanted.split("…"))
        return re.search(rf"^\s*{pattern}\s*$", output, re.MULTILINE) is not None


@dataclass
class Event:
    """Something that happens elsewhere, in bold at the beginning of a line."""

    what: str


Steps = list[Command | Event]


def read(path: Path) -> dict[str, Steps]:
    """Returns the steps of each section, by its heading."""
    sections: dict[str, Steps] = {}
    steps: Steps = []
    lines = iter(path.read_text().splitlines())
    for line in lines:
        if line.startswith("## "):
            steps = sections.setdefault(line[3:], [])
        elif line.startswith("**"):
            steps.append(Event(line[2:].partition("**")[0]))
        elif line.startswith("```"):
            block = []
            while (inside := next(lines)) != "```":
                block.append(inside)
            if line == "```sh":
                steps += _commands(block)
            else:
                last = steps[-1]
                assert isinstance(last, Command), block
                assert last.line.startswith("sudoedit "), f"nobody writes {block}"
                assert line in ("```ini", "```toml"), line
                last.content = block
        assert not re.match(r"\s+```|    ", line), f"a block that is not run: {line}"
    return {heading: steps for heading, steps in sections.items() if steps}


def _commands(block: list[str]) -> Steps:
    assert len(block) % 2 == 0, f"each command has one line below it: {block}"
    pairs = list(zip(block[::2], block[1::2], strict=True))
    told = all(seen.startswith("# ") and not line.startswith("#") for line, seen in pairs)
    assert told, f"each command has one line below it that begins with #: {block}"
    return [Command(line, seen[2:]) for line, seen in pairs]
