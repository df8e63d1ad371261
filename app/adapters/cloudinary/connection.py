"""Connections to delivery hosts: only to public addresses (or this machine, if the settings name it), and never longer
than a whole download may take.

The address of the actual connection is checked, because a name may resolve differently each time.
"""

import contextlib
import ipaddress
import os
import socket
import threading
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from app.core.config.parsing import LOOPBACK
from app.core.errors import CloudinaryUnavailable

TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 behind a NAT64
# All that IANA assigns to Internet hosts (https://www.iana.org/assignments/ipv6-address-space). Python counts more as
# global: site-local fec0::/10, and forms of IPv4 (::/96, ::ffff:0:0:0/96) that may lead into a local network.
PUBLIC_V6 = ipaddress.ip_network("2000::/3")

_here = threading.local()


def new_session() -> requests.Session:
    """A session that ignores the environment (proxies, .netrc, certificates), keeps no cookies and makes guarded
    connections only."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["Accept-Encoding"] = "identity"  # compressed content could unpack to any size
    for scheme in ("http://", "https://"):
        session.mount(scheme, _GuardedAdapter())
    return session


class Deadline:
    """Cuts this thread's guarded connection after `seconds`, whatever it is doing.

    A timeout on each read is not enough: a host that sends a byte every few seconds never reaches it.
    """

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._pass)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self.passed = False

    def __enter__(self) -> Self:
        _here.deadline = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        _here.deadline = None
        with self._lock:
            self._let_go()

    def hold(self, line: socket.socket) -> None:
        """Makes `line` the connection to cut."""
        with self._lock:
            self._let_go()
            # a duplicate: TLS takes over the first one, and a response may close it before it has been read
            self._line = socket.socket(fileno=os.dup(line.fileno()))
            if self.passed:
                self._cut()

    def _pass(self) -> None:
        with self._lock:
            self.passed = True
            self._cut()

    def _cut(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):  # it is closed already
                self._line.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def check_peer(host: str, peer: str) -> None:
    """Raises CloudinaryUnavailable unless `peer` is an address that `host` may have: a public one, or this machine's
    own if `host` names it.

    An IPv6 address that embeds an IPv4 address counts as that address, if public hosts can be reached that way. Others
    are never public: Teredo, the NAT64 of a single network (64:ff9b:1::/48).
    """
    address = ipaddress.ip_address(peer.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address in TRANSLATED:
            address = ipaddress.IPv4Address(address.packed[-4:])
        else:
            address = address.ipv4_mapped or address.sixtofour or address
    if host.strip("[]").lower() in LOOPBACK:
        good = address.is_loopback
    else:
        good = address.is_global and not address.is_multicast and (address.version == 4 or address in PUBLIC_V6)
    if not good:
        raise CloudinaryUnavailable(f"Pictures may not be fetched from {host[:100]}: its address {peer} is not public.")


class _Guarded:
    """Mixed into urllib3's connections."""

    host: str
    sock: Any

    def _new_conn(self) -> socket.socket:
        line: socket.socket = super()._new_conn()  # type: ignore[misc]
        try:
            check_peer(self.host, line.getpeername()[0])
            _hold(line)
        except BaseException:
            line.close()
            raise
        return line

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None:  # kept alive since an earlier picture
            _hold(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


def _hold(line: socket.socket) -> None:
    deadline: Deadline | None = getattr(_here, "deadline", None)
    if deadline is not None:
        deadline.hold(line)


class _HTTPConnection(_Guarded, HTTPConnection):
    pass


class _HTTPSConnection(_Guarded, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


class _GuardedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
