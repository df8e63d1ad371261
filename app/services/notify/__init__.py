"""The people in a collage hear of it: by e-mail, each once.

- `recipients`: who is told, and why somebody is not. `history`: who was told before.
- `message`: the mail that one person gets, from `templates`, with `headers` as mail programs want them. `letters`: the
  mails about one collage.
- `run`: one run, from plan to `report`. `delivery`: mail after mail, each written down.
- `process`: a run in a process of its own.
"""
