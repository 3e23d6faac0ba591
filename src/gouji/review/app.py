"""The application: its guard, its routes, what it answers when something goes wrong; and the server around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from gouji.errors import ConflictError, GoujiError, InputError, OutputError, TooLargeError, UsageError
from gouji.review import actions, charting, desk, files, reading
from gouji.review.guard import guard
from gouji.review.options import Options
from gouji.review.state import Review, review_of
from gouji.review.words import language, reason

STATIC = Path(__file__).parent / "static"
_STATUS = ((ConflictError, 409), (TooLargeError, 413), (UsageError, 422), (InputError, 404), (OutputError, 507))


def create_app(options: Options) -> FastAPI:
    """The application of one folder or database.

    Raises:
        UsageError: the folder is missing, there is nothing of gouji's in the database, or it would be open to the
            network without a password.
        OutputError: the database cannot be reached. SetupError: a newer gouji made its schema.
    """
    options.check()

    @asynccontextmanager
    async def alive(app: FastAPI) -> AsyncIterator[None]:
        yield
        app.state.review.close()

    app = FastAPI(title="gouji", docs_url=None, redoc_url=None, openapi_url=None, lifespan=alive)
    app.state.review = Review(options)
    for room in (desk, reading, actions, files, charting):
        app.include_router(room.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_exception_handler(GoujiError, _answer)
    app.add_exception_handler(RequestValidationError, _answer)
    app.add_exception_handler(HTTPException, _answer)
    guard(app, options)
    return app


async def _answer(request: Request, error: Exception) -> Response:
    """An error as a page, or as JSON to a script."""
    status = _status(error)
    message = str(error) if isinstance(error, GoujiError) else ""
    shown = not request.url.path.endswith((".webp", ".jpg")) and not request.headers.get("x-csrf-token")
    if request.method == "GET" and shown:
        return review_of(request).show(request, "error.html", status, message=message, number=status)
    code = getattr(error, "code", "request")
    said = {"error": code, "message": reason(code, message, language(request))}
    if isinstance(error, ConflictError):
        said["theirs"] = error.theirs
    return JSONResponse(said, status)


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 422)


def serve(app: FastAPI, options: Options) -> None:
    """Serve until Ctrl-C."""
    import uvicorn

    uvicorn.run(app, host=options.host, port=options.port, log_level="warning", access_log=False)
