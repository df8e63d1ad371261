"""A real mail server on loopback, in its own process: with TLS and login, and faults on demand.

- `client`: starts it, sets what it refuses, reads the mails that it accepted.
- `server`: runs in the process (`python -m scripts.sandbox.mailserver`).
"""
