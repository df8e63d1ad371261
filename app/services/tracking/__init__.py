"""Who opened the mail, as far as that can and may be known; and that someone wants no more of it.

- `tokens`: the personal addresses in a mail, which only we can have made.
- `classes`: whether a request is a person's or a machine's.
- `opens`: records that a picture was asked for.
- `unsubscribing`: ends mails and records for a person.
"""
