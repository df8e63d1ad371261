"""Pictures of photos in object storage (COLLAGEN_MEDIA), so that a gallery's visitors load them from there.

- `keys`: what each picture is called there (pure). `pictures`: the pictures of a photo.
- `media`: puts them there, deletes them, and makes addresses that are valid for a short time.
- `agreement`: brings a campaign's objects and the store into agreement.
"""
