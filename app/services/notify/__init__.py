"""Tells the people in a collage about it by e-mail, each once.

- `recipients`: who is told, and why someone is not. `history`: who was told before.
- `message`: one person's mail, from `templates`. `headers`: its headers. `letters`: the mails about one collage.
  `sample`: one mail to look at first.
- `plan`: what a run would do. `run`: a run, from plan to `report`. `delivery`: mail after mail, each recorded.
  `progress`: how far the run is.
- `job`: a run in a process of its own.
"""
