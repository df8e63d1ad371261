"""The account's assets, in memory, thread-safe."""

from __future__ import annotations

import secrets
import string
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from scripts.sandbox.standin.errors import AlreadyThereError, MissingError
from scripts.sandbox.standin.pictures import Picture


def iso(seconds: float | None = None) -> str:
    """A time (now, by default) as Cloudinary writes it."""
    # gmtime() by itself reads a coarser clock, which can be a second behind that of time() for some milliseconds
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() if seconds is None else seconds))


@dataclass(frozen=True)
class Moderation:
    kind: str
    status: str  # pending | approved | rejected
    updated_at: str


@dataclass(frozen=True)
class Asset:
    """One image asset; immutable, so that readers see it whole without a lock."""

    sequence: int  # order of creation, which sorts lists; an overwrite or a rename keeps it
    public_id: str
    picture: Picture
    version: int
    asset_folder: str = ""
    display_name: str = ""
    context: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    moderation: Moderation | None = None  # the latest
    others: tuple[Moderation, ...] = ()  # earlier ones, of other kinds
    type: str = "upload"  # upload | private | authenticated
    resource_type: str = "image"  # image | video | raw
    asset_id: str = field(default_factory=lambda: secrets.token_hex(16))
    created_at: str = field(default_factory=iso)
    uploaded_at: str = field(default_factory=iso)

    @property
    def moderations(self) -> tuple[Moderation, ...]:
        return (*self.others, self.moderation) if self.moderation else self.others

    @property
    def status(self) -> str | None:
        """The status that all moderations add up to: rejected before pending before approved."""
        statuses = {one.status for one in self.moderations}
        return next((status for status in ("rejected", "pending", "approved") if status in statuses), None)


class Catalogue:
    """All assets, by public ID (which renames change) and by asset ID (which never changes)."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        with self._lock:
            self._assets: dict[int, Asset] = {}  # by sequence, so in order of creation
            self._by_public_id: dict[str, int] = {}
            self._by_asset_id: dict[str, int] = {}
            self._last_version: dict[str, int] = {}
            self._next_sequence = 1

    def __len__(self) -> int:
        return len(self._assets)

    def find(self, public_id: str) -> Asset | None:
        with self._lock:
            sequence = self._by_public_id.get(public_id)
            return None if sequence is None else self._assets[sequence]

    def get(self, public_id: str) -> Asset:
        found = self.find(public_id)
        if found is None:
            raise MissingError(public_id)
        return found

    def get_by_asset_id(self, asset_id: str) -> Asset:
        with self._lock:
            if asset_id not in self._by_asset_id:
                raise MissingError(asset_id)
            return self._assets[self._by_asset_id[asset_id]]

    def oldest_first(self) -> list[Asset]:
        with self._lock:
            return list(self._assets.values())

    def put(self, public_id: str | None, picture: Picture, **fields: Any) -> Asset:
        """Adds an asset or a new version of one; it keeps the fields that `fields` does not name."""
        with self._lock:
            public_id = public_id or _random_public_id()
            before, version = self.find(public_id), self._new_version(public_id)
            if before:
                return self._keep(replace(before, picture=picture, version=version, uploaded_at=iso(), **fields))
            fields["display_name"] = fields.get("display_name") or public_id.rsplit("/", 1)[-1]
            self._next_sequence += 1
            return self._keep(Asset(self._next_sequence - 1, public_id, picture, version, **fields))

    def change(self, public_id: str, **fields: Any) -> tuple[Asset, Asset]:
        """Replaces fields other than the picture; the version stays. Returns the asset before and after."""
        with self._lock:
            before = self.get(public_id)
            return before, self._keep(replace(before, **fields))

    def rename(self, old: str, new: str, overwrite: bool = False) -> Asset:
        with self._lock:
            before = self.get(old)
            if self.find(new) and new != old:
                if not overwrite:
                    raise AlreadyThereError(new)
                self.remove(new)
            del self._by_public_id[old]
            # One URL must never stand for two pictures: no version is used twice under one public ID.
            used = self._last_version.get(new, 0)
            version = before.version if used < before.version else used + 1
            return self._keep(replace(before, public_id=new, version=version))

    def remove(self, public_id: str) -> Asset | None:
        with self._lock:
            asset = self.find(public_id)
            if asset:
                del (
                    self._assets[asset.sequence],
                    self._by_public_id[public_id],
                    self._by_asset_id[asset.asset_id],
                )
            return asset

    def rename_folder(self, old: str, new: str) -> int:
        """Moves every asset in that folder and below; returns their number."""
        with self._lock:
            inside = [a for a in self._assets.values() if f"{a.asset_folder}/".startswith(f"{old}/")]
            for asset in inside:
                self._keep(replace(asset, asset_folder=new + asset.asset_folder[len(old) :]))
            return len(inside)

    def _keep(self, asset: Asset) -> Asset:
        self._assets[asset.sequence] = asset
        self._by_public_id[asset.public_id] = asset.sequence
        self._by_asset_id[asset.asset_id] = asset.sequence
        self._last_version[asset.public_id] = asset.version
        return asset

    def _new_version(self, public_id: str) -> int:
        """Unix seconds, but never a version that this public ID has had, even before it was deleted."""
        return max(int(time.time()), self._last_version.get(public_id, 0) + 1)


def page(
    assets: list[Asset], wanted: Callable[[Asset], bool], size: int, after: int | None, ascending: bool
) -> tuple[list[Asset], int | None]:
    """One page of a list (oldest first), and the cursor of the next page, or None on the last.

    The cursor is a place in the order of creation, not a count: changes between two pages shift nothing.
    """
    candidates = assets if ascending else assets[::-1]
    found: list[Asset] = []
    for asset in candidates:
        if after is not None and (asset.sequence <= after if ascending else asset.sequence >= after):
            continue
        if wanted(asset):
            if len(found) == size:
                return found, found[-1].sequence
            found.append(asset)
    return found, None


def _random_public_id() -> str:
    """Twenty characters, as Cloudinary names a photo that comes without a name."""
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(20))
