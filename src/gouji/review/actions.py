"""What a person does: correct, take back, say who they are, change the language, log in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from gouji.review.decide import Decision, decide, undo
from gouji.review.doubts import Docket
from gouji.review.guard import Door
from gouji.review.state import Review, review_of, who
from gouji.review.words import LANGUAGES

router = APIRouter()


class Undo(BaseModel):
    """Which correction to take back; "" for the person's last."""

    model_config = ConfigDict(extra="forbid")
    id: str = Field(default="", max_length=20)


class Person(BaseModel):
    """By whom corrections are to be signed, and the language; "" leaves it as it is."""

    model_config = ConfigDict(extra="forbid")
    who: str = Field(default="", max_length=40)
    lang: str = Field(default="", max_length=2)


class Secret(BaseModel):
    """The login."""

    model_config = ConfigDict(extra="forbid")
    secret: str = Field(max_length=400)
    who: str = Field(default="", max_length=40)


@router.post("/r/{report_id}/decide")
def take_decision(request: Request, report_id: str, decision: Decision) -> JSONResponse:
    """Keep a decision and say what became of the checks."""
    review = review_of(request)
    before = review.docket(report_id)
    kept = decide(review.shelf, before, decision, who(request))
    return _told(review, before, kept.id)


@router.post("/r/{report_id}/undo")
def take_back(request: Request, report_id: str, which: Undo) -> JSONResponse:
    """Take back a decision and say what became of the checks."""
    review = review_of(request)
    before = review.docket(report_id)
    kept = undo(review.shelf, before, who(request), which.id)
    return _told(review, before, kept.undoes or "")


def _told(review: Review, before: Docket, correction: str) -> JSONResponse:
    """What changed: checks that fail before and after, numbers in the queue before and after, the checks' time."""
    after = review.docket(before.standing.id)
    said = {
        **_state(after),
        "correction": correction,
        "ms": round(after.standing.ms, 1),
        "mended": before.failing - after.failing,
        "settled": before.progress.left - after.progress.left,
    }
    return JSONResponse(said)


def _state(docket: Docket) -> dict[str, object]:
    """How the report stands; `log` grows with every correction."""
    return {
        "log": len(docket.standing.log),
        "left": docket.progress.left,
        "percent": docket.progress.percent,
        "doubtful": docket.progress.doubtful,
        "failing": docket.failing,
    }


@router.get("/r/{report_id}/state")
def show_state(request: Request, report_id: str) -> JSONResponse:
    """How the report stands, for a page that is open while others work on it."""
    return JSONResponse(_state(review_of(request).docket(report_id)))


@router.post("/me")
def say_who(request: Request, person: Person) -> JSONResponse:
    """Remember by whom corrections are signed, and the language."""
    if person.who.strip():
        request.session["who"] = person.who.strip()
    if person.lang in LANGUAGES:
        request.session["lang"] = person.lang
    return JSONResponse({"who": who(request)})


@router.get("/login", response_class=HTMLResponse)
def show_login(request: Request) -> HTMLResponse:
    """The login."""
    return review_of(request).show(request, "login.html")


@router.post("/login")
def log_in(request: Request, secret: Secret) -> Response:
    """Let in who knows the password."""
    door: Door | None = getattr(request.app.state, "door", None)
    if door is None:
        door = request.app.state.door = Door(review_of(request).options.secret)
    if not door.opens(secret.secret):
        return JSONResponse({"error": "login"}, 403)
    request.session.clear()
    request.session["in"] = True
    if secret.who.strip():
        request.session["who"] = secret.who.strip()
    return JSONResponse({"in": True})


@router.post("/logout")
def log_out(request: Request) -> Response:
    """Forget the session."""
    request.session.clear()
    return RedirectResponse("/", 303)
