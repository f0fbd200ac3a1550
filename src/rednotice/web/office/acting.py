"""What every route of the office is given: the office, who acts, and the document that was sent."""

from typing import Annotated

from fastapi import Depends, Request

from rednotice.adapters.request_file import Document
from rednotice.model.bureau import Officer
from rednotice.office import Office
from rednotice.web.app import Authorization, bearer_token, document


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


TheOffice = Annotated[Office, Depends(_office)]


def _officer(office: TheOffice, authorization: Authorization = None) -> Officer:
    return office.database.officer_of(bearer_token(authorization))


Acting = Annotated[Officer, Depends(_officer)]
Body = Annotated[Document, Depends(document)]
