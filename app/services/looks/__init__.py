"""Looks: named ways to finish a photo, each a list of steps in looks.toml.

- `recipes`: looks.toml, and the hash of a recipe. `steps`: the kinds of steps, a module each.
- `records`: what a result says it was made of. `due`: whether it has to be made (pure).
- `making`: makes one look of one photo. `run`: those of many, one after another.
- `export`: writes results into a directory. `filenames`: what they are called there (pure).
- `standing`: how far a look is, for all photos of a campaign.
- `overview`: what an admin sees of a look. `work`: has one made in the background.
- `tools`: what steps work with, such as the process that runs models.
"""
