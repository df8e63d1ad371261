"""Mosaics in what is made of collages: a print has the same people in the same places, the wall finds each of them."""

from __future__ import annotations

from collections import Counter

import numpy as np
from PIL import Image

from app.adapters.store import Store
from app.adapters.store.collages.manifests import Print
from app.services.collage.finish import Finish
from app.services.collage.mosaic.wish import Mosaic
from app.services.wall.cache import Cache
from app.services.wall.wall import Walls
from scripts.sandbox import stored
from scripts.sandbox.stored import CAMPAIGN, as_jpeg, built, contents, decoded, put


def stripes() -> bytes:
    picture = Image.new("RGB", (60, 80), "navy")
    picture.paste("white", (0, 20, 60, 40))
    return as_jpeg(picture)


def test_a_print_of_a_mosaic_has_the_pixels_of_the_same_mosaic_for_screens(store: Store) -> None:
    put(store, range(12), archive=stored.archive)
    wish = Mosaic(stripes(), tint=0.3)
    screen = built(store, width=354, height=591, mosaic=wish)
    printed = built(store, mosaic=wish, finish=Finish(print=Print(60, 100, 150, "png")))
    assert screen["tiles"] == printed["tiles"]
    one, other = (decoded(contents(store, made)["collage.png"]) for made in (screen, printed))
    assert np.array_equal(one, other)


def test_everyone_is_found_on_the_wall_of_a_mosaic_also_who_is_there_several_times(store: Store) -> None:
    people = put(store, range(8), archive=stored.archive)
    made = built(store, width=480, height=640, mosaic=Mosaic(stripes(), repeat=4))
    times = Counter(tile["public_id"] for tile in made["tiles"])
    assert max(times.values()) > 1
    wall = Walls(store, Cache(store.root.path)).wall(CAMPAIGN, made["id"])
    for public_id in people:
        first = next(tile for tile in made["tiles"] if tile["public_id"] == public_id)
        assert wall.seat(public_id) == (first["col"], first["row"])
