"""A real mail server on loopback, a process of its own: TLS and login on, and faults on demand.

- `client`: starts it, tells it what to refuse, reads what it has taken.
- `server`: what runs in the process (`python -m scripts.sandbox.mailserver`).
"""
