"""Opens of mails, as far as they can and may be recorded, and unsubscribing.

- `tokens`: the signed personal links in a mail.
- `classes`: whether a request comes from a person or a machine.
- `opens`: records requests for the picture.
- `unsubscribing`: stops mails and records for a person.
"""
