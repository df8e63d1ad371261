"""Who sent a request: the client's address, and which peers may speak for a client."""

import ipaddress

from flask import request

from app.web.services import services

THIS_MACHINE = ("127.0.0.1", "::1", "")  # a Unix socket has no address


def is_from_this_machine() -> bool:
    """Whether the peer is a program on this machine, which may be nginx."""
    return (request.remote_addr or "") in THIS_MACHINE


def client_address() -> str:
    """The client's address: the peer's, or what a trusted proxy reports.

    The nearest proxy wrote the last entry of X-Forwarded-For. The last address that is not a trusted proxy counts:
    the client could have invented any before it.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    hops.append(request.remote_addr or "")
    return next((hop for hop in reversed(hops) if not _is_trusted(hop)), hops[0])


def came_through_a_trusted_proxy() -> bool:
    """Whether to trust the peer's headers: it is a proxy from the settings, or a program on this machine."""
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
