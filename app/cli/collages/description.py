"""What commands say of a finished collage."""

from collections.abc import Iterator

from app.adapters.store import Store
from app.adapters.store.collages.manifests import Manifest
from app.core.plurals import count


def description(store: Store, campaign: str, manifest: Manifest) -> Iterator[str]:
    """Line by line: who is in it, what kind of collage it is, and its files."""
    grid = manifest.layout
    yield (
        f"Collage {manifest.id} of {campaign}: {count(len(manifest.shown), 'person', 'people')} in "
        f"{grid.cols}×{grid.rows} cells of {grid.cell_width}×{grid.cell_height}; "
        f"{len(manifest.left_out)} left out, {len(manifest.unreadable)} unreadable"
    )
    if more := len(manifest.duplicates):
        yield f"  {count(more, 'more photo', 'more photos')} of the same people; --duplicates shows them"
    if manifest.look and (lacking := len(manifest.without_look)):
        every = lacking + len(manifest.shown) + len({*manifest.not_shown} - {*manifest.without_look})
        yield (
            f"  {lacking} of {count(every, 'photo', 'photos')} have no current result of the look {manifest.look}; "
            f"python -m app look {campaign} {manifest.look} makes them"
        )
    if shown := manifest.mosaic:
        finer = shown.finer
        yield (
            f"  a mosaic: cells differ from the picture by ΔE {shown.error:.1f} on average, seated at random by "
            f"{shown.random_error:.1f}; {count(finer.people, 'person', 'people')} would fill the next finer grid, "
            f"{finer.cols}×{finer.rows}"
        )
    if printed := manifest.print:
        yield f"  a print of {printed.width_mm:g}×{printed.height_mm:g} mm at {printed.dpi} dpi: {manifest.master.name}"
    for file in manifest.files:
        path = store.collages.file(campaign, manifest.id, file.name).absolute()
        yield f"  {file.width}×{file.height}  {file.bytes / 1e6:5.1f} MB  {path}"
