"""What stands between the network and the page: host names, login, tokens against forged requests, headers."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.middleware.sessions import SessionMiddleware

from gouji.review.options import Options

COOKIE = "gouji_review"
SESSION_S = 12 * 3600
MAX_BODY = 64 * 1024  # bytes of any request but an upload
MAX_TRIES, TRIES_S = 8, 60.0  # wrong passwords before all have to wait, and how long
_OPEN = ("/login", "/static/")  # what is shown before the login
_SAFE = ("GET", "HEAD")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Next = Callable[[Request], Awaitable[Response]]


def guard(app: FastAPI, options: Options) -> None:
    """Put the guard before every route of the application."""

    @app.middleware("http")
    async def stand_guard(request: Request, go_on: Next) -> Response:
        refused = _refuse(request, options)
        response = refused if refused is not None else await go_on(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.add_middleware(
        SessionMiddleware,
        secret_key=secrets.token_hex(32),
        session_cookie=COOKIE,
        max_age=SESSION_S,
        same_site="strict",
    )


def _refuse(request: Request, options: Options) -> Response | None:
    """What is answered in place of the page; None: nothing is wrong."""
    if options.host_names and (request.url.hostname or "") not in options.host_names:
        return JSONResponse({"error": "host"}, 421)
    path = request.url.path
    if options.secret and not request.session.get("in") and not path.startswith(_OPEN):
        return RedirectResponse("/login", 303) if request.method in _SAFE else JSONResponse({"error": "login"}, 401)
    if request.method in _SAFE:
        return None
    length = request.headers.get("content-length", "")
    if path != "/upload" and not (length.isdecimal() and int(length) <= MAX_BODY):
        return JSONResponse({"error": "too long"}, 413)
    if not _is_own(request):
        return JSONResponse({"error": "csrf"}, 403)
    return None


def _is_own(request: Request) -> bool:
    """Whether the request was made by a page of ours: by its token, and by its origin where the browser tells it."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    given = request.headers.get("x-csrf-token", "")
    return hmac.compare_digest(given.encode(), str(request.session.get("csrf", "-")).encode()) and bool(given)


def csrf_token(request: Request) -> str:
    """The session's token, which every request that changes something has to bring back."""
    token = request.session.get("csrf")
    if not token:
        token = request.session["csrf"] = secrets.token_urlsafe(24)
    return str(token)


class Door:
    """Lets in who knows the password; after several wrong ones everybody waits."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._wrong: list[float] = []

    def opens(self, given: str) -> bool:
        """Whether the password is right and the door is not shut for the moment."""
        now = time.monotonic()
        self._wrong = [at for at in self._wrong if now - at < TRIES_S]
        if len(self._wrong) >= MAX_TRIES:
            return False
        right = hmac.compare_digest(given.encode(), self._secret.encode())
        if not right:
            self._wrong.append(now)
        return right
