"""Makes and sends the pictures of people that are not at the target yet."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from app.services.publish import names
from app.services.publish.made import Made
from app.services.publish.pictures import Picture as Wished
from app.services.publish.pictures import drawn
from app.services.publish.plan import File
from app.services.publish.pyramid import Pyramid, Tile
from app.services.publish.sending import Sending
from app.services.publish.site.content import Picture

SAVED = 500  # tiles between two notes of what was made: at most so many are made again after a kill


class Making:
    """`made`: what is noted of the target, which `save` keeps. `wanted`: gets every picture by its path.

    `dry`: nothing is made whose size is known. `fresh`: keys of the tiles that this go made, or was to make.
    """

    def __init__(
        self, made: Made, sending: Sending, wanted: dict[str, File], save: Callable[[], None], *, dry: bool
    ) -> None:
        self._made, self._sending, self._wanted, self._save = made, sending, wanted, save
        self._dry = dry
        self.fresh: list[bytes] = []

    def known(self, pyramid: Pyramid, wanted: Sequence[Wished]) -> set[str]:
        """The paths of tiles and pictures that were made before and are still of the present."""
        tiles = ((tile, self._made.known(tile.key)) for tile in pyramid.tiles)
        pictures = ((one, self._made.known(one.key)) for one in wanted)
        return {names.named(tile.stem, "jpg", file.sha256) for tile, file in tiles if file} | {
            names.named(one.stem, one.ending, file.sha256) for one, file in pictures if file
        }

    def tiles(
        self, pyramid: Pyramid, workers: ThreadPoolExecutor, show: Callable[[int, int], None]
    ) -> Mapping[Tile, File]:
        """Makes and sends the tiles that are not there; returns all of them."""
        missing = [tile for tile in pyramid.tiles if not self._is_there(tile)]
        self.fresh = [tile.key for tile in missing]

        def take(tile: Tile, data: bytes) -> None:
            file = self._sending.send(lambda digest: names.named(tile.stem, "jpg", digest), data)
            self._made.keep(tile.key, file)

        saved = 0
        try:
            for done in pyramid.draw(missing, workers, take):
                show(done, len(missing))
                if done - saved >= SAVED:
                    saved = done
                    self._save()
        finally:
            self._save()
        found = {tile: self._made.files[tile.key.hex()] for tile in pyramid.tiles}
        for tile, file in found.items():
            self._wanted[names.named(tile.stem, "jpg", file.sha256)] = file
        return found

    def pictures(self, wanted: Sequence[Wished], usual: bytes, workers: ThreadPoolExecutor) -> list[Picture]:
        """Makes and sends the pictures that are not there; returns all of them. `usual`: what they are drawn from."""

        def make(one: Wished) -> Picture:
            file = self._made.known(one.key)
            path = "" if file is None else names.named(one.stem, one.ending, file.sha256)
            if file is None or not self._sending.is_there(path, file):
                file = self._sending.send(lambda digest: names.named(one.stem, one.ending, digest), drawn(one, usual))
                path = names.named(one.stem, one.ending, file.sha256)
                self._made.keep(one.key, file)
            self._wanted[path] = file
            return Picture(path, one.ending, one.width, one.height, file.size)

        return list(workers.map(make, wanted))

    def _is_there(self, tile: Tile) -> bool:
        file = self._made.known(tile.key)
        if file is None:
            return False
        path = names.named(tile.stem, "jpg", file.sha256)
        there = self._sending.is_there(path, file)
        if self._dry and not there:  # its size is known, so it need not be made
            self._sending.count(path, file)
        return there or self._dry
