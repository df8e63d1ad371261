"""How a model is kept, so that it fits."""

from __future__ import annotations

import pytest

from app.adapters.diffusion.memory import GB, Plan, Room, plan

# FLUX.1 as it is published: numbers of its parts
FLUX = {"transformer": 11_900_000_000, "text_encoder_2": 4_760_000_000, "text_encoder": 123_000_000, "vae": 84_000_000}


@pytest.mark.parametrize(
    ("card", "kept"),
    [
        (80, Plan("whole")),
        (40, Plan("whole")),
        (32, Plan("parts")),
        (26, Plan("parts", tiles=True)),
        (16, Plan("layers", tiles=True)),
        (6, Plan("layers", tiles=True)),
    ],
)
def test_the_smaller_the_card_the_less_of_the_model_is_on_it(card: int, kept: Plan) -> None:
    assert plan(FLUX, "bf16", Room(64 * GB, card * GB)) == kept


def test_without_a_card_the_model_is_in_the_machines_memory() -> None:
    assert plan(FLUX, "fp32", Room(80 * GB)) == Plan("whole")
    assert plan(FLUX, "fp32", Room(73 * GB)) == Plan("whole", tiles=True)


def test_what_is_needed_is_said_where_it_does_not_fit() -> None:
    assert plan(FLUX, "fp32", Room(16 * GB)).lack == "it needs 72.2 GB of memory, 16.0 GB are free"
    assert plan(FLUX, "bf16", Room(16 * GB, 24 * GB)).lack == "it needs 34.4 GB of memory, 16.0 GB are free"
    assert plan(FLUX, "bf16", Room(64 * GB, GB)).lack == ("painting needs 2.0 GB of the graphics card, 1.0 GB are free")
