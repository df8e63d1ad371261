"""The demonstration: what Collagen does, from end to end, against a local Cloudinary, with sample people.

`./scripts/demo` runs it. Everything it makes is in `demo/`: the people (drawn once), the store, the log.

- `people`: who takes part, and their pictures.
- `supporters`: they send their photos.
- `team`: the campaign's people approve photos, build the collage and send mails.
- `progress`: each step, and how long it took.
"""
