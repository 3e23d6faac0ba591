"""Sites whose encryption is out of date: what OpenSSL no longer offers by itself, offered to those sites alone."""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

CIPHERS = b"ALL:@SECLEVEL=0"


class OldTlsHandler(HTTP11DownloadHandler):
    """Scrapy's handler of https with every cipher, and keys and signatures of any strength."""

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        factory: Any = _OldContextFactory.from_crawler(crawler)
        self._contextFactory = factory


class _OldContextFactory(_ScrapyClientContextFactory):
    """Scrapy's own setting of ciphers loses the security level."""

    def _get_cert_options(self) -> Any:
        options = super()._get_cert_options()
        options.getContext().set_cipher_list(CIPHERS)
        return options
