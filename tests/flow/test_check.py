"""An officer asks who a person is, is told what may be done here, and confirms a hit once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rednotice.adapters.lists import UN_MEASURES
from rednotice.errors import Conflict, InvalidInput, NotAllowed, NotFound
from rednotice.flow.work import LocalEntry
from rednotice.model.bureau import Officer, Role
from rednotice.model.check import Check, Query, Result
from rednotice.model.effect import EffectKind
from rednotice.model.hit import Hit
from rednotice.model.notice import Ground, Listing
from rednotice.model.person import Name, Person
from tests.builders import OPERATOR, desk, officer
from tests.conftest import Road
from tests.flow.test_circulation import last_checkpoint, prove_the_log, rows

ES = officer("ES")


@pytest.fixture(autouse=True, scope="module")
def the_log_stays_whole(road: Road) -> Iterator[None]:
    before = last_checkpoint(road)
    road.publish()  # so that there is something new to prove, whatever the tests below do
    yield
    prove_the_log(road, since=before)


def published(road: Road, *bureaus: str, **person: object) -> tuple[str, Person]:
    """A notice that these bureaus hold, and its person."""
    request = road.a_request()
    changed = [{**request.persons[0].model_dump(mode="json", exclude_none=True), **person}]
    filing, number = road.publish(type(request).model_validate({**request.model_dump(mode="json"), "persons": changed}))
    for bureau in bureaus:
        road.wait_receipt(bureau, number)
    return number, filing.request.persons[0]


def check(road: Road, bureau: str, person: Person) -> Check:
    return road.nodes[bureau].check(Query(document=person.documents[0].number), officer(bureau))


def result(road: Road, bureau: str, person: Person) -> Result:
    (found,) = check(road, bureau, person).results
    return found


# --- The answer ---------------------------------------------------------------------------------------------


def test_an_answer_shows_the_notice_the_reason_and_whom_to_ask(road: Road) -> None:
    number, person = published(road, "ES")
    made = road.nodes["ES"].check(Query(name=person.principal_name, born=person.born), ES)
    first = made.results[0]
    assert first.match.id == number
    assert first.notice
    assert (first.notice.control_number, first.notice.person) == (number, person)
    assert first.match.in_words
    assert [part.listed for part in first.match.parts]
    assert first.ask == ("the duty officer of bureau ES (synthetic), at any hour; bureau PT (Portugal, Synthetic desk)")
    assert made.says.startswith("A match is a likeness, not proof.")
    assert made.officer == "officer-ES"
    assert made.number.startswith("ES-K-")


def test_of_nobody_it_is_said_that_this_is_no_proof_of_good_standing(road: Road) -> None:
    made = road.nodes["ES"].check(Query(name="Xqzwvy Jjkkzzq"), ES)
    assert made.results == ()
    assert made.says == (
        f"Nobody among {made.compared_with:,} persons is near enough to this. That is no proof of good standing; "
        "in doubt ask the duty officer of bureau ES (synthetic), at any hour."
    )


def test_results_are_as_many_as_were_asked_for_best_first(road: Road) -> None:
    for given in ("Almerindo", "Almerinda", "Almirindo"):
        published(road, "ES", names=[{"family": "Zuzarteval", "given": given}])
    query = Query(name="Almerindo Zuzarteval")
    scores = [one.match.score for one in road.nodes["ES"].check(query, ES).results]
    assert len(scores) >= 3
    assert scores == sorted(scores, reverse=True)
    (best,) = road.nodes["ES"].check(query, ES, limit=1).results
    assert best.notice
    assert best.notice.name == "Almerindo Zuzarteval"


@pytest.mark.parametrize(
    ("bureau", "nationality", "effect"),
    [
        ("ES", "PT", EffectKind.ARREST),
        ("ES", "ES", EffectKind.LOCATE_ONLY),
        ("NZ", "PT", EffectKind.WARRANT_FIRST),
        ("NZ", "ES", EffectKind.WARRANT_FIRST),
    ],
)
def test_a_notice_is_worth_in_each_country_what_its_table_says(
    road: Road, bureau: str, nationality: str, effect: EffectKind
) -> None:
    _, person = published(road, bureau, nationalities=[nationality])
    found = result(road, bureau, person).effect
    assert found.effect is effect
    assert "to be checked by the operator" in found.source


def test_one_notice_is_worth_different_things_in_two_countries(road: Road) -> None:
    number, person = published(road, "ES", "NZ")
    here, there = result(road, "ES", person), result(road, "NZ", person)
    assert here.notice == there.notice
    assert (here.match.id, here.effect.effect, there.effect.effect) == (number, "arrest", "warrant first")
    assert here.ask != there.ask


def test_where_the_table_is_silent_no_effect_is_invented(road: Road) -> None:
    listing = Listing(source="synthetic list", reference="silent.1", measures=UN_MEASURES)
    person = Person(names=(Name(full="Quirinus Hollandaise Veg"),))
    (number,) = road.office.import_listings([(listing, person)], OPERATOR).new
    for bureau, effect in (("ES", EffectKind.NONE), ("NZ", EffectKind.NOT_CONFIGURED)):
        road.wait_receipt(bureau, number)
        (found,) = road.nodes[bureau].check(Query(name="Quirinus Hollandaise Veg"), officer(bureau)).results
        assert (found.match.id, found.effect.effect) == (number, effect)
        assert found.ask.endswith("; the office")
    assert found.effect.says.startswith("Nothing is configured for this in NZ. Do not act on it alone; ask ")


def test_a_machine_readable_zone_that_cannot_be_read_is_refused_and_no_check_is_made(road: Road) -> None:
    node = road.nodes["ES"]
    before = rows(node, "SELECT number FROM check_made ORDER BY number")
    with pytest.raises(InvalidInput):
        node.check(Query(mrz="12345678901234567890"), ES)
    assert rows(node, "SELECT number FROM check_made ORDER BY number") == before


def test_a_damaged_machine_readable_zone_is_used_as_far_as_it_goes_and_the_answer_says_so(road: Road) -> None:
    number, _ = published(road, "ES", names=[{"family": "Quillfeder", "given": "Hedwigis"}], born="1974-08-12", sex="F")
    zone = "P<PRTQUILLFEDER<<HEDWIGIS<<<<<<<<<<<<<<<<<<<\nL898902C46PRT7408122F1204159ZE184226B<<<<<10"
    made = road.nodes["ES"].check(Query(mrz=zone), ES)
    assert made.results[0].match.id == number
    assert (made.query.document, made.query.check_digit) == ("L898902C4", "6")
    assert (made.query.born, made.query.nationality) == ("1974-08-12", "PT")
    (remark,) = made.remarks
    assert remark.startswith("the document number L898902C4 does not fit its check digit")


@pytest.mark.parametrize("born", ["2999-01-01", "2999", "1480", "1071"])
def test_a_date_on_which_nobody_alive_was_born_is_refused_and_no_check_is_made(road: Road, born: str) -> None:
    node = road.nodes["ES"]
    before = rows(node, "SELECT number FROM check_made ORDER BY number")
    with pytest.raises(InvalidInput) as refused:
        node.check(Query(name="Anna Eriksson", born=born), ES)
    assert [fault.path for fault in refused.value.faults] == ["born"]
    assert rows(node, "SELECT number FROM check_made ORDER BY number") == before


def test_what_is_known_of_birthplace_and_parents_is_weighed(road: Road) -> None:
    published(
        road, "ES", names=[{"full": "Eulalio Brezovik"}], birthplace="Braga", father="Tibor Brezovik", mother="Ludmila"
    )
    query = Query(name="Eulalio Brezovik", birthplace="Braga, Portugal", father="Tibor", mother="Carlota")
    match = road.nodes["ES"].check(query, ES).results[0].match
    assert match.agreements == ("the same place or country of birth", "the same father's name")
    assert match.contradictions == ("another mother's name is listed",)


def test_what_is_kept_of_a_check_says_nothing_of_the_person_shown(road: Road) -> None:
    number, person = published(road, "ES")
    made = check(road, "ES", person)
    ((kept,),) = rows(
        road.nodes["ES"], "SELECT document::text FROM check_made WHERE number = :number", number=made.number
    )
    family = person.names[0].family
    assert family
    assert number in kept
    assert family not in kept
    assert "Porto" not in kept


# --- Lists of a node's own ----------------------------------------------------------------------------------


def test_a_list_of_a_nodes_own_is_found_there_and_nowhere_else(road: Road) -> None:
    listing = Listing(source="synthetic local list", reference="L1", measures=("watch",))
    entry = LocalEntry(listing, Person(names=(Name(full="Ottokar Wendelmut Zirbel"),), born="1950"))
    operator = Officer(name="operator", bureau="ES", role=Role.OPERATOR)
    size = last_checkpoint(road).size
    assert [road.nodes["ES"].import_local([entry], operator) for _ in range(2)] == [1, 1]
    query = Query(name="Ottokar Wendelmut Zirbel")
    made = road.nodes["ES"].check(query, ES)
    (found,) = (one for one in made.results if one.listing == listing)
    assert found.notice is None
    assert found.imported_at
    assert found.effect.effect is EffectKind.NOT_CONFIGURED
    assert not any(one.listing == listing for one in road.nodes["NZ"].check(query, officer("NZ")).results)
    with road.office.read() as reader:
        assert not any("Zirbel" in (entry.content or "") for entry in reader.log.entries(size, 1000))
    with pytest.raises(Conflict, match=f"check {made.number} showed "):
        road.nodes["ES"].confirm(made.number, found.match.id, None, None, ES)


# --- Hits ---------------------------------------------------------------------------------------------------


def test_a_hit_says_who_was_found_where_and_by_whom(road: Road) -> None:
    number, person = published(road, "ES")
    made = check(road, "ES", person)
    hit = road.nodes["ES"].confirm(made.number, number, "Cádiz, port", "Calm.", ES)
    assert (hit.control_number, hit.version, hit.bureau, hit.officer) == (number, 1, "ES", "officer-ES")
    assert (hit.place, hit.remark) == ("Cádiz, port", "Calm.")
    assert hit.number.startswith("ES-H-")


def test_a_hit_confirmed_twice_is_one_hit_whoever_confirms_it(road: Road) -> None:
    number, person = published(road, "ES")
    made = check(road, "ES", person)
    node = road.nodes["ES"]
    first = node.confirm(made.number, number, "Cádiz", None, ES)
    assert node.confirm(made.number, number, "Ceuta", "again", desk("ES")) == first
    assert rows(node, "SELECT number FROM hit WHERE control_number = :n", n=number) == [(first.number,)]
    reports = "SELECT count(*) FROM report WHERE kind = 'hit' AND body ->> 'control_number' = :n"
    assert rows(node, reports, n=number) == [(1,)]


def test_a_hit_confirmed_at_the_same_moment_is_one_hit(road: Road) -> None:
    number, person = published(road, "NZ")
    made = check(road, "NZ", person)
    node = road.nodes["NZ"]

    def confirm(_: int) -> Hit | Conflict:
        try:
            return node.confirm(made.number, number, None, None, officer("NZ"))
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(6) as many:
        outcomes = list(many.map(confirm, range(6)))
    numbers = {outcome.number for outcome in outcomes if isinstance(outcome, Hit)}
    assert [(one,) for one in numbers] == rows(node, "SELECT number FROM hit WHERE control_number = :n", n=number)


def test_two_checks_of_one_person_may_be_two_hits(road: Road) -> None:
    number, person = published(road, "ES")
    node = road.nodes["ES"]
    hits = {node.confirm(check(road, "ES", person).number, number, None, None, ES).number for _ in range(2)}
    assert len(hits) == 2


def test_a_hit_on_a_notice_that_the_check_did_not_show_is_refused(road: Road) -> None:
    shown, person = published(road, "ES")
    other, _ = published(road, "ES")
    made = check(road, "ES", person)
    with pytest.raises(Conflict, match=f"check {made.number} showed {shown}; {other} is not among them"):
        road.nodes["ES"].confirm(made.number, other, None, None, ES)


def test_a_hit_on_a_check_that_was_not_made_is_refused(road: Road) -> None:
    number, _ = published(road, "ES")
    with pytest.raises(NotFound, match="there is no check ES-K-1999-1"):
        road.nodes["ES"].confirm("ES-K-1999-1", number, None, None, ES)


def test_a_notice_that_was_recalled_since_the_check_is_not_acted_on(road: Road) -> None:
    number, person = published(road, "ES")
    made = check(road, "ES", person)
    road.office.recall(number, Ground.WITHDRAWN, desk("PT"))
    road.wait_receipt("ES", number)
    with pytest.raises(Conflict, match=f"notice {number} is out of force since check {made.number}; do not act on it"):
        road.nodes["ES"].confirm(made.number, number, None, None, ES)


def test_an_officer_at_a_node_is_of_its_bureau(road: Road) -> None:
    operator = Officer(name="operator", bureau="ES", role=Role.OPERATOR)
    with pytest.raises(NotAllowed, match="officers at this node are of bureau ES, not of NZ"):
        road.nodes["ES"].enrol(officer("NZ"), operator)


def test_an_officer_of_another_bureau_neither_checks_nor_confirms_here(road: Road) -> None:
    with pytest.raises(NotAllowed, match="cannot check persons; an officer of bureau ES can"):
        road.nodes["ES"].check(Query(name="Nepomuk Vrabelka"), officer("NZ"))
