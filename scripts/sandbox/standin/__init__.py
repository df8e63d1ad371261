"""A local Cloudinary: a process of its own that the real SDK talks to through `upload_prefix`.

`__main__` starts it, `client.Standin` starts and drives it from tests and from the demo. Inside: `assets`
and `pictures` are what it keeps, `cloud` changes that and tells about it, `admin_api`, `upload_api` and
`delivery` are the vendor's three doors, `control` is ours, `notifier` sends the notifications, `faults`
says what goes wrong.
"""
