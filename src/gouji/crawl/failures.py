"""Why a request came to nothing, in a word and a sentence."""

from __future__ import annotations

from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)

from gouji.crawl.records import Outcome
from gouji.crawl.resolver import refusals

Why = tuple[Outcome, str]


class Refusal(IgnoreRequest):
    """A request that gouji itself does not make."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.why: Why = (outcome, reason)


def status_to_why(status: int) -> Why:
    """What an answer that is neither 2xx nor 3xx means."""
    if status in (404, 410):
        return "gone", f"the site answers {status}: it is not there"
    if status in (401, 402, 403, 405, 407, 412, 451):
        return "forbidden", f"the site answers {status}: it turns this request away"
    if status >= 500:
        return "server", f"the site answers {status} after all tries: it has a fault"
    return "http", f"the site answers {status}"


def error_to_why(url: str, error: BaseException) -> Why:
    """What an error of the download means."""
    host = urlsplit(url).hostname or ""
    if isinstance(error, Refusal):
        return error.why
    if isinstance(error, CannotResolveHostError):
        return _unresolved(host)
    if isinstance(error, DownloadTimeoutError):
        return "timeout", "the site did not send it within crawl.timeout_s"
    if isinstance(error, ResponseDataLossError):
        return "truncated", "the connection broke before the end, at every try"
    if isinstance(error, DownloadConnectionRefusedError):
        return "unreachable", f"{host} refuses connections"
    if _is_tls(error):
        return (
            "tls",
            f"{host} cannot be talked to safely ({_tls_words(error)}); old_tls = true in the site file takes it",
        )
    if isinstance(error, DownloadCancelledError) or "exceeded DOWNLOAD_MAXSIZE" in str(error):
        return "too_large", "it is larger than crawl.max_file_mb"
    return "unreachable", f"{host} broke off ({type(error).__name__}: {_first_words(error)})"


def _unresolved(host: str) -> Why:
    if host in refusals:
        return (
            "refused",
            f"{host} leads to {refusals[host]}, which is no public address; crawl.allowed_networks may name it",
        )
    return "unresolved", f"there is no host {host}, or no name server answers"


def _causes(error: BaseException) -> list[BaseException]:
    """The error, what it wraps and what it came from."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or each in found:
            continue
        found.append(each)
        waiting += [each.__cause__, each.__context__]
        waiting += [failure.value for failure in getattr(each, "reasons", ()) if hasattr(failure, "value")]
    return found


def _is_tls(error: BaseException) -> bool:
    return any(isinstance(each, SSL.Error) or "certificate" in type(each).__name__.lower() for each in _causes(error))


def _tls_words(error: BaseException) -> str:
    for each in _causes(error):
        if isinstance(each, SSL.Error) and each.args and each.args[0]:
            return str(each.args[0][-1][-1])
        if "certificate" in type(each).__name__.lower() or "Verification" in type(each).__name__:
            return type(each).__name__
    return "TLS"


def _first_words(error: BaseException) -> str:
    return " ".join(str(error).split())[:120]
