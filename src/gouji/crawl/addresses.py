"""Which network addresses may be asked: public ones, and those that the settings allow by name."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

from gouji.errors import UsageError

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """The networks of `crawl.allowed_networks`.

    Raises:
        UsageError: one of them is no network.
    """
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError as error:
        raise UsageError(f"setting crawl.allowed_networks: {error}; write it as 10.1.0.0/16") from error


def is_allowed(text: str, networks: Iterable[Network] = ()) -> bool:
    """Whether this address (digits, no name) is public in every way it can be read, or in one of the networks."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if any(address.version == network.version and address in network for network in networks):
        return True
    return all(_is_public(each) for each in (address, *_inner(address)))


def _is_public(address: IPAddress) -> bool:
    return address.is_global and not (
        address.is_multicast
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_reserved
        or address.is_unspecified
    )


def _inner(address: IPAddress) -> list[IPAddress]:
    """The IPv4 addresses that an IPv6 address carries: mapped, compatible, 6to4, Teredo, NAT64."""
    if not isinstance(address, ipaddress.IPv6Address):
        return []
    inner: list[IPAddress | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or address in _COMPATIBLE:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in inner if each is not None]


def literal_address(host: str) -> str | None:
    """The address that the host is in digits, in any form a resolver takes (127.1, 0x7f000001, [::1]); else None."""
    try:
        return str(ipaddress.ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its very name, so that nobody need be told who asks."""
    literal = literal_address(host)
    return host == "localhost" or (literal is not None and ipaddress.ip_address(literal).is_loopback)
