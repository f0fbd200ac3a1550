"""The office over HTTP: the acts of the road, and what bureaus, reviewers and auditors read. One file a step."""

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from rednotice.office import Office
from rednotice.web.app import make_app
from rednotice.web.health import add_health, office_parts
from rednotice.web.metrics import add_metrics, office_figures
from rednotice.web.office import (
    cases,
    circulation,
    holds,
    keys,
    law,
    log,
    notices,
    operation,
    redress,
    requests,
    review,
    tiles,
)

DESCRIPTION = """
The centre of the organisation. A bureau's desk files requests and follows cases; reviewers examine and sign; every
decision is an event in a verifiable log, which anybody may read and check without a token.

Every other call needs `Authorization: Bearer <token>` of an enrolled officer. Errors are problem details (RFC 9457).
What this system says of a person is no proof: ask the requesting bureau and the office.
"""


def office_app(office: Office) -> FastAPI:
    """The office's application."""
    app = make_app("rednotice: the office", DESCRIPTION)
    app.state.office = office

    add_metrics(app, lambda: office_figures(office))
    add_health(app, office_parts(office))

    @app.get("/", include_in_schema=False)
    def home() -> RedirectResponse:
        return RedirectResponse("/docs")

    for step in (operation, requests, review, notices, circulation, cases, redress, holds, keys, log, tiles, law):
        app.include_router(step.router)
    return app
