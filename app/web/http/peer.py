"""Who sent a request: the client's address, and which peers may speak for a client."""

import ipaddress

from flask import request

from app.web.services import services

THIS_MACHINE = ("127.0.0.1", "::1", "")  # a socket that is a file has no address


def is_from_this_machine() -> bool:
    """Whether the peer is a program here: nginx, for what comes through it."""
    return (request.remote_addr or "") in THIS_MACHINE


def client_address() -> str:
    """Whose request this is: the peer's address, or what a proxy that is trusted says that it is.

    Of X-Forwarded-For the last entry is that of the nearest proxy; what stands before the first that no trusted one
    has written is the client's to invent.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    hops.append(request.remote_addr or "")
    return next((hop for hop in reversed(hops) if not _is_trusted(hop)), hops[0])


def came_through_a_trusted_proxy() -> bool:
    """Whether the peer's headers can be believed: a proxy's that the settings name, or a program's on this machine."""
    return _is_trusted(request.remote_addr or "")


def _is_trusted(hop: str) -> bool:
    if hop in THIS_MACHINE:
        return True
    try:
        address = ipaddress.ip_address(hop)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return any(address in network for network in services().settings.trusted_proxies)
