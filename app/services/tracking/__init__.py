"""Who opened a mail, as far as that can and may be known, and who unsubscribes.

- `tokens`: the personal links in a mail, signed.
- `classes`: whether a request is a person's or a machine's.
- `opens`: records that a picture was asked for.
- `unsubscribing`: ends mails and records for a person.
"""
