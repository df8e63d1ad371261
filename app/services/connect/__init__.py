"""Sets Cloudinary up to send us notifications and to take uploads, and checks that it is.

- `plan`: what should be there, and what differs; pure. `connect`: looks, and puts right what differs.
- `round_trip`: sends a test picture all the way.
"""
