"""Takes photos that people send by the campaign's form; each then waits for a moderator.

- `entry`: what somebody has typed and ticked, and what is wrong with it. `joining`: takes the photo, or lets a browser
  upload it.
"""
