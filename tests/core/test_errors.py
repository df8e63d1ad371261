"""The tree of errors: every entry point handles every leaf, and the error itself says whether to retry."""

from __future__ import annotations

import importlib
import pkgutil

import click
import pytest
from click.testing import CliRunner

import app
from app.cli import Commands
from app.core import errors
from app.queue.verdict import verdict

for module in pkgutil.walk_packages(app.__path__, "app."):
    importlib.import_module(module.name)  # an error may be defined anywhere


def leaves(kind: type[errors.CollagenError]) -> list[type[errors.CollagenError]]:
    """The program's errors below `kind` that have no subclasses."""
    below = [one for one in kind.__subclasses__() if one.__module__.startswith("app.")]
    return [leaf for one in below for leaf in leaves(one)] or [kind]


LEAVES = leaves(errors.CollagenError)


def test_the_tree_has_two_branches_and_every_leaf_is_of_one() -> None:
    assert set(errors.CollagenError.__subclasses__()) == {errors.Permanent, errors.Retryable}
    for leaf in LEAVES:
        assert issubclass(leaf, errors.Permanent) != issubclass(leaf, errors.Retryable)


@pytest.mark.parametrize("leaf", LEAVES)
def test_every_leaf_ends_a_command_with_one_line_and_exit_code_1(leaf: type[errors.CollagenError]) -> None:
    @click.group(cls=Commands)
    def main() -> None:
        raise leaf("The store cannot be read.")

    answer = CliRunner().invoke(main, ["check", "--help"])
    assert (answer.exit_code, answer.stdout, answer.stderr) == (1, "", "Error: The store cannot be read.\n")


def test_no_record_is_dropped_that_could_succeed_later() -> None:
    verdicts = {leaf: verdict(leaf("The store cannot be read.")) for leaf in LEAVES}
    dropped = {leaf for leaf, answer in verdicts.items() if answer.word == "drop"}
    assert dropped == set(leaves(errors.Permanent)) - {errors.SettingError}
    for leaf, answer in verdicts.items():
        assert answer.word in ("drop", "again")
        assert (answer.again is None) == (leaf in dropped)


def test_a_record_comes_back_when_its_error_says() -> None:
    for leaf in leaves(errors.Retryable):
        assert issubclass(leaf, errors.Retryable)
        assert verdict(leaf("The store cannot be read.", retry_after=7)).again == 7


@pytest.mark.parametrize("leaf", LEAVES)
def test_whether_another_try_is_worth_it_is_data_on_the_error(leaf: type[errors.CollagenError]) -> None:
    error = leaf("Something about /srv/store.")
    assert error.retryable is issubclass(leaf, errors.Retryable)
    assert str(error) == "Something about /srv/store."


@pytest.mark.parametrize("leaf", leaves(errors.Retryable))
def test_what_may_be_tried_again_says_when_and_tells_the_public_nothing_of_its_message(
    leaf: type[errors.Retryable],
) -> None:
    assert leaf("The store failed at /srv/store.").retry_after > 0
    assert leaf("The store failed at /srv/store.", retry_after=7).retry_after == 7
    public = leaf("The store failed at /srv/store for user@example.com.").public
    assert "/srv" not in public
    assert "@" not in public
    assert public.endswith(".")
    assert public != errors.Retryable.sentence, "each has a sentence of its own"


@pytest.mark.parametrize("leaf", LEAVES)
def test_every_leaf_says_in_the_table_of_the_module_what_it_is(leaf: type[errors.CollagenError]) -> None:
    assert leaf.__name__ in (errors.__doc__ or "")
    assert leaf.__doc__
