"""The entry point for HTTP: webhooks, the admin's API, pages, the pictures in mails.

- `app`: makes the Flask application. `services`: what its views work with. `preflight`: whether it can start.
- `errors`: what every answer to an error has in common. `api` answers in JSON, `pages` in HTML.
- `auth`: who may use a route. `http`: requests and answers, whatever they are about.
"""
