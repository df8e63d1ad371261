"""A person's work in an editor: puts a page's lines into a file (see bin/sudoedit)."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def edited(text: str, lines: list[str]) -> str:
    """`text` with these lines in it, each replacing the one with the same name."""
    table = ""
    for line in lines:
        if found := re.fullmatch(r"(#?)(\[\w+\])", line):
            table = found[2]
            if found[1]:
                text = re.sub(rf"^{re.escape(table)}\n(?:[^\[\n].*\n|\n)*", "", text, flags=re.MULTILINE)
            elif f"{table}\n" not in text:
                text += f"\n{table}\n"
            continue
        name = re.split(r"\s*=", line.removeprefix("#"))[0]
        start = text.index(f"{table}\n") + len(table) + 1 if table else 0
        end = text.find("\n[", start) + 1 or len(text)
        part = re.sub(rf"^{name}\s*=.*\n", "", text[start:end], flags=re.MULTILINE)
        text = text[:start] + ("" if line.startswith("#") else f"{line}\n") + part + text[end:]
    return text


if __name__ == "__main__":
    file, page = map(Path, sys.argv[1:])
    file.write_text(edited(file.read_text(), page.read_text().splitlines()))
