"""Approves and rejects photos where they come from: in Cloudinary, or by moving files. The mirror follows by itself.

- `board`: what waits, is approved and is rejected, from lists that lag; pure. `lists`: reads these lists, sparingly.
- `decided`: what was decided a moment ago, which lists do not show yet.
- `moderation`: the use case.
"""
