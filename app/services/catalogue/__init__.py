"""The catalogue of a campaign: when and where each photo was taken, with what, how large it was.

- `dates`, `positions`, `zodiac`: what the tags in a picture say; pure. `describing`: all of it in one entry; pure.
- `recording`: an entry is written when its photo is stored, and removed with it.
- `filling`: finds out what is missing.
"""
