"""Who can be shown in a look: whose result shows today's photo by the recipe of the collage."""

from collections import Counter
from collections.abc import Collection, Sequence

from app.adapters.store import Store
from app.adapters.store.collages.manifests import Summary
from app.adapters.store.photos.listing import Photo
from app.core.errors import BadParameters
from app.services.looks.standing import UsedLook, shown_by


def lacking(store: Store, campaign: str, look: UsedLook | None, photos: Sequence[Photo]) -> list[str]:
    """The public IDs, in their order, of those that have no current result of the look. Raises StoreUnavailable."""
    if look is None:
        return []
    every = [photo.public_id for photo in photos]
    recipes = shown_by(store, campaign, look.name, every)
    return [public_id for public_id in every if recipes.get(public_id) != look.recipe]


def require_results(
    campaign: str, look: UsedLook | None, photos: Sequence[Photo], lacking: Collection[str], pin: Collection[str] = ()
) -> None:
    """Raises BadParameters if nobody has a current result of the look, or somebody who is pinned has none."""
    if look is None or not photos:
        return
    command = f"python -m app look {campaign} {look.name}"
    if len(lacking) == len(photos):
        raise BadParameters(
            f"No photo of {campaign} has a current result of the look {look.name}; {command} makes them."
        )
    for public_id in sorted(set(pin).intersection(lacking)):
        raise BadParameters(
            f"{public_id} is pinned, but has no current result of the look {look.name}; {command} {public_id} makes it."
        )


def of_collage(store: Store, campaign: str, old: Summary, photos: Sequence[Photo]) -> UsedLook | None:
    """The look of a collage that is rebuilt of these photos, by the recipe that most of their results have.

    A recipe that has changed since must not stop somebody from being taken out; two of them are never mixed. Raises
    BadParameters if there is no result any more, StoreUnavailable.
    """
    if old.look is None or not photos:
        return None
    found = Counter(shown_by(store, campaign, old.look, [photo.public_id for photo in photos]).values())
    if not found:
        raise BadParameters(
            f"No photo of the collage {old.id} of {campaign} has a result of the look {old.look} any more; "
            f"python -m app look {campaign} {old.look} makes them."
        )
    return UsedLook(old.look, max(found, key=lambda recipe: (found[recipe], recipe == old.recipe, recipe)))
