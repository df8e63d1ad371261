"""Child processes.

- `background`: a job that runs beside us and outlives us, and the order it gets.
- `helper`: a program kept running for many requests, which ends with us.
- `environment`: an environment without settings, so without secrets.
"""
