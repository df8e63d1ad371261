"""A local Cloudinary: a separate process that the real SDK talks to through `upload_prefix`.

`__main__` starts it; `client.Standin` starts and controls it from tests and the demo. Inside: `assets` and `pictures`
are its state, `setup` how it is set up; `cloud` changes the state and sends notifications; `admin_api`, `setup_api`,
`upload_api` and `delivery` are the vendor's interfaces, `control` is ours; `notifier` delivers the notifications;
`faults` defines what goes wrong.
"""
