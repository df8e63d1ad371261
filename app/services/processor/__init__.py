"""Makes the store agree with Cloudinary about one photo.

- `processor`: the order of the steps. `state`: what is true of the photo, in the store and in Cloudinary.
- `decision`: what to change; pure. `mirror`: changes it.
- `coalescing`: one lookup for many notifications; pure.
"""
