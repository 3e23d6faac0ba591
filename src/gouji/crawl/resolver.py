"""Names to addresses for Scrapy, public ones only.

A connection goes to the very address that was looked at here, so a name that answers differently the second time
(DNS rebinding) gains nothing. Nothing is cached between requests; Twisted keeps connections open, not answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapy.settings import BaseSettings
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer

from gouji.crawl.addresses import Network, is_allowed, parse_networks

ALLOWED = "GOUJI_ALLOWED_NETWORKS"
refusals: dict[str, str] = {}  # host -> the address for which it was refused


@implementer(IHostnameResolver)
class PublicResolver:
    """Stands before the reactor's resolver and lets through the addresses that may be asked."""

    def __init__(self, reactor: Any, networks: tuple[Network, ...]) -> None:
        self._reactor = reactor
        self._behind: Any = reactor.nameResolver
        self._networks = networks

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> PublicResolver:
        """As Scrapy makes it; `crawler` is what holds the settings."""
        settings: BaseSettings = crawler.settings
        return cls(reactor, parse_networks(settings.getlist(ALLOWED)))

    def install_on_reactor(self) -> None:
        """Become the reactor's resolver."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Twisted's own signature; see `IHostnameResolver`."""
        sieve = _Sieve(resolutionReceiver, hostName, self._networks)
        begun: IHostResolution = self._behind.resolveHostName(
            sieve, hostName, portNumber, addressTypes, transportSemantics
        )
        return begun


@implementer(IResolutionReceiver)
class _Sieve:
    def __init__(self, receiver: Any, host: str, networks: tuple[Network, ...]) -> None:
        self._receiver = receiver
        self._host = host
        self._networks = networks
        refusals.pop(host, None)

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        host = str(getattr(address, "host", ""))
        if is_allowed(host, self._networks):
            self._receiver.addressResolved(address)
        else:
            refusals[self._host] = host

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()
