"""The tree of errors: every leaf has an answer at every door, and whether another try is worth it is data."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import app
from app import cli
from app.core import errors
from app.queue.records import VERDICT

for module in pkgutil.walk_packages(app.__path__, "app."):
    importlib.import_module(module.name)  # an error may be defined anywhere


def leaves(kind: type[errors.CollagenError]) -> list[type[errors.CollagenError]]:
    """The errors of the program below `kind` that have none below them."""
    below = [one for one in kind.__subclasses__() if one.__module__.startswith("app.")]
    return [leaf for one in below for leaf in leaves(one)] or [kind]


LEAVES = leaves(errors.CollagenError)


def test_every_leaf_and_nothing_else_has_an_exit_code_and_a_verdict() -> None:
    assert set(cli.EXIT) == set(LEAVES)
    assert set(VERDICT) == set(LEAVES)


def test_the_tree_has_two_branches_and_every_leaf_is_of_one() -> None:
    assert set(errors.CollagenError.__subclasses__()) == {errors.Permanent, errors.Retryable}
    for leaf in LEAVES:
        assert issubclass(leaf, errors.Permanent) != issubclass(leaf, errors.Retryable)


def test_no_record_is_dropped_that_could_succeed_later() -> None:
    dropped = {leaf for leaf, verdict in VERDICT.items() if verdict == "drop"}
    assert dropped == set(leaves(errors.Permanent)) - {errors.SettingError}


def test_no_error_is_a_success() -> None:
    assert set(cli.EXIT.values()) == {1}


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
