"""looks.toml: the looks and their recipes.

[orange]
title = "On orange"

[[orange.steps]]
step = "cutout"
background = "#ff9416"

Styles stand beside it, in styles.toml.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from app.core.config import values
from app.core.config.rules import LOOK
from app.core.errors import BadParameters, NotFound, SettingError
from app.services.looks.steps import Step, steps
from app.services.looks.steps.style import Style, written
from app.services.looks.tools import Tools

KEYS = ("title", "steps")
STYLES = "styles.toml"


@dataclass(frozen=True)
class Chosen:
    """A step of a look, with all its options."""

    kind: Step
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """`recipe`: a hash of the steps. `asked`: what a result must say, in addition, to be up to date (`overridden`)."""

    name: str
    title: str
    steps: tuple[Chosen, ...]
    recipe: str = field(default="", compare=False)
    asked: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def is_painted(self) -> bool:
        """Whether a diffusion model has a part in it."""
        return any(one.kind.NAME == Style.NAME for one in self.steps)

    def missing(self, tools: Tools) -> str | None:
        """What this machine lacks for it, in one sentence; None if nothing."""
        return next((lack for one in self.steps if (lack := one.kind.missing(one.options, tools))), None)

    def overridden(self, options: Mapping[str, float]) -> Self:
        """The same look, painted otherwise: options of the step `style`, such as a seed, in place of the recipe's.

        What is made so counts as made by the recipe. Raises BadParameters without such a step.
        """
        if options and not self.is_painted:
            raise BadParameters(f"The look {self.name} has no step style, which alone has a seed and strengths.")
        chosen = tuple(
            replace(one, options={**one.options, **options}) if one.kind.NAME == Style.NAME else one
            for one in self.steps
        )
        return replace(self, steps=chosen, asked={name: written(value) for name, value in options.items()})


class Looks(Mapping[str, Look]):
    """The looks by name, in the order of the file."""

    def __init__(self, looks: Mapping[str, Look]) -> None:
        self._looks = dict(looks)

    def __getitem__(self, name: str) -> Look:
        return self._looks[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._looks)

    def __len__(self) -> int:
        return len(self._looks)

    def require(self, name: str) -> Look:
        """Raises NotFound unless there is such a look."""
        if name not in self._looks:
            known = f"it has {', '.join(self._looks)}" if self._looks else "it has none"
            raise NotFound(f"There is no look {name[:64]!r} in looks.toml; {known}.")
        return self._looks[name]


def load_looks(path: Path, kinds: Mapping[str, Step] | None = None, *, required: bool = False) -> Looks:
    """Reads looks.toml; without such a file there are no looks, unless it is `required`. `kinds`: of steps; None: all.

    Raises SettingError naming the file, the look and the key.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if required:
            raise SettingError(f"COLLAGEN_LOOKS: the file {path} does not exist; docs/looks.md shows one.") from None
        return Looks({})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"COLLAGEN_LOOKS: {path} cannot be read: {error}.") from error
    kinds = kinds or steps(path.with_name(STYLES))
    return Looks({name: _look(f"{path}: [{name}]", name, table, kinds) for name, table in tables.items()})


def _look(where: str, name: str, table: object, kinds: Mapping[str, Step]) -> Look:
    if not LOOK.fullmatch(name):
        raise SettingError(f"{where} is not a look's name; use 1 to 64 of a-z, 0-9, _ and -.")
    given = values.table(where, table, dict.fromkeys(KEYS, lambda _, value: value), ".")
    listed = given.get("steps")
    if not isinstance(listed, list) or not listed:
        raise SettingError(f"{where} needs at least one step: a table [[{name}.steps]] with step = …")
    chosen = tuple(_step(f"{where} step {number}", step, kinds) for number, step in enumerate(listed, 1))
    title = values.text(f"{where} title", given.get("title", name))
    return Look(name, title, chosen, _hash(chosen))


def _step(where: str, given: object, kinds: Mapping[str, Step]) -> Chosen:
    if not isinstance(given, dict):
        raise SettingError(f"{where} must be a table.")
    kind = given.get("step")
    if not isinstance(kind, str) or kind not in kinds:
        raise SettingError(f"{where}: step must be one of {', '.join(kinds)}, not {str(kind)[:64]!r}.")
    options = {key: value for key, value in given.items() if key != "step"}
    return Chosen(kinds[kind], kinds[kind].options(f"{where} ({kind})", options))


def _hash(steps: tuple[Chosen, ...]) -> str:
    """Changes with everything that changes the picture: steps, their order, options, revisions."""
    recipe = [[one.kind.NAME, one.kind.REVISION, one.options] for one in steps]
    return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode("ascii")).hexdigest()[:16]
