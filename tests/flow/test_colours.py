"""Notices of every colour: what each says, for whom, and that nodes hold and find them."""

from __future__ import annotations

from typing import Any

import pytest

from rednotice.adapters.request_file import read_file
from rednotice.cli.laptop import EXAMPLES
from rednotice.errors import InvalidInput
from rednotice.flow.action import action_asked
from rednotice.flow.circulation import publish_request
from rednotice.model.notice import SERIES, Notice
from rednotice.model.request import Colour, Request, read_request
from rednotice.rules.rule import EVERY
from tests.builders import TODAY, a_request, a_stranger, desk
from tests.conftest import Road, eventually


def example(colour: str, **changes: Any) -> Request:
    return read_request({**read_file(EXAMPLES / f"{colour}.yaml").content, **changes}, TODAY)


def publish(road: Road, request: Request) -> list[Notice]:
    """Has an example published; gives its notices as the office holds them."""
    granted, _ = road.publish(request)
    with road.office.read() as reader:
        return [reader.notice(number).notice for number in granted.notices]


def arrives_at(road: Road, bureau: str, notice: Notice) -> None:
    number = notice.control_number
    eventually(lambda: road.held_by(bureau, number) or None, f"{bureau} holds {number}")


SECTION = {
    "green": "assessment",
    "yellow": "disappearance",
    "black": "body",
    "purple": "modus_operandi",
    "orange": "threat",
    "silver": "assets",
}


@pytest.mark.parametrize("colour", ["blue", "green", "yellow", "black", "purple", "orange", "silver"])
def test_a_notice_of_each_colour_says_what_its_request_says_and_what_it_asks(road: Road, colour: str) -> None:
    request = example(colour, reference=f"SYN-colours-{colour}")
    notices = publish(road, request)
    assert [notice.person for notice in notices if notice.person] == list(request.persons)
    assert len(notices) == max(1, len(request.persons))
    for notice in notices:
        assert notice.control_number.startswith(f"{SERIES[Colour(colour)]}-")
        assert (notice.facts, notice.contact) == (request.facts, request.contact)
        assert notice.public_extract == request.public_extract
        assert notice.action == action_asked(request)
        assert f"Inform bureau {request.bureau} " in notice.action
        if colour in SECTION:
            assert getattr(notice, SECTION[colour]) == getattr(request, SECTION[colour])
    for notice in notices:
        arrives_at(road, "NZ", notice)


def test_no_two_colours_ask_the_same_and_only_red_asks_to_arrest() -> None:
    asked = {colour: action_asked(a_request().model_copy(update={"colour": colour})) for colour in EVERY}
    assert len(set(asked.values())) == len(asked)
    assert [colour for colour, text in asked.items() if "Locate and arrest" in text] == [Colour.RED]


def test_each_person_of_a_notice_is_named_with_the_warrants_against_him_or_her_alone(road: Road) -> None:
    renter, witness = publish(road, example("blue", reference="SYN-colours-warrants"))
    assert [warrant.number for warrant in renter.warrants] == ["SYN-PV-2026-118"]
    assert witness.warrants == ()


def test_only_the_chosen_persons_get_a_notice(road: Road) -> None:
    request = road.a_request(persons=[a_stranger(9001), a_stranger(9002), a_stranger(9003)])
    filing = road.office.file_request(request, desk("PT"))
    with road.office.database.work(road.office.settings.clock()) as work:
        numbers = publish_request(work, filing, persons=[2, 0])
        names = [work.notice(number).notice.name for number in numbers]
    assert names == [request.persons[2].principal_name, request.persons[0].principal_name]


def test_a_diffusion_and_restrictions_stand_on_the_notice(road: Road) -> None:
    request = road.a_request(
        restrictions=[{"bureau": "NZ", "reason": "A witness lives there."}],
        diffusion={"to": ["ES", "FR"]},
    )
    _, number = road.publish(request)
    with road.office.read() as reader:
        notice = reader.notice(number).notice
    assert notice.restricted == ("NZ",)
    assert notice.diffusion == request.diffusion


def test_a_bureau_cannot_file_for_a_special_notice(road: Road) -> None:
    with pytest.raises(InvalidInput) as caught:
        road.office.file_request(road.a_request(colour="special"), desk("PT"))
    assert [fault.path for fault in caught.value.faults] == ["colour"]


def test_a_notice_that_names_nobody_has_a_size_as_well(road: Road) -> None:
    purple = example("purple", reference="SYN-colours-size")
    objects = tuple(f"{n} " + "x" * 190 for n in range(100))
    assert purple.modus_operandi is not None
    swollen = purple.modus_operandi.model_copy(update={"objects": objects * 30})
    with pytest.raises(InvalidInput) as caught:
        road.office.file_request(purple.model_copy(update={"modus_operandi": swollen}), desk("BE"))
    assert "characters, at most 500,000 circulate" in caught.value.faults[0].problem
