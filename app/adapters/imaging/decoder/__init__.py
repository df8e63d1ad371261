"""Prepares photos in a process of its own, so that a picture that crashes the decoder, hangs it or fills its memory
harms nothing else.

- `client`: our side, `Decoder`.
- `server`: the decoding process, `python -m app.adapters.imaging.decoder`.
- `protocol`: what goes over the pipes between them.
- `confinement`: takes files, network and programs from the decoding process.
"""
