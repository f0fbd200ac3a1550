"""From what the validator says to what a caller needs: where, what is wrong, how to mend it."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from rednotice.errors import Fault, InvalidInput, printable, quote

AnyModel = TypeVar("AnyModel", bound=BaseModel)


def parse(noun: type[AnyModel], document: object, what: str = "input") -> AnyModel:
    """Turns foreign data into a frozen noun, or says everything that is wrong with it.

    Raises:
        InvalidInput: with one fault per thing that is wrong.
    """
    try:
        return noun.model_validate(document)
    except ValidationError as error:
        raise InvalidInput(faults(error), what) from None


def faults(error: ValidationError, under: str = "") -> list[Fault]:
    """All that a validation found, as faults whose paths start with `under`."""
    found = []
    for detail in error.errors(include_url=False):
        if _is_a_consequence(detail):
            continue
        problem, mend = explain_error(detail)
        found.append(Fault(path(detail["loc"], under), problem, mend))
    return found


def _is_a_consequence(detail: ErrorDetails) -> bool:
    # The validator counts entries without faults only; a list whose entries are all faulty is not a short list.
    given = detail["input"]
    return (
        detail["type"] == "too_short" and isinstance(given, list | tuple) and len(given) >= detail["ctx"]["min_length"]
    )


def path(loc: tuple[int | str, ...], under: str = "") -> str:
    """Writes a location the way people do: `persons[3].names[0].family`.

    >>> path(("persons", 3, "born"))
    'persons[3].born'
    """
    text = under
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return printable(text)


def explain_error(detail: ErrorDetails) -> tuple[str, str]:
    """One error of the validator in a caller's terms: what is wrong, and how to mend it."""
    context: dict[str, Any] = detail.get("ctx", {})
    kind, given = detail["type"], detail["input"]
    match kind:
        case "fault":
            return context["problem"], context["mend"]
        case "missing":
            return "is missing", "Add this field"
        case "extra_forbidden":
            return "is not a field of this form", "Remove it, or correct its name"
        case "string_too_long":
            length = len(given) if isinstance(given, str) else 0
            most = context["max_length"]
            return f"has {length:,} characters, at most {most:,} are taken", "Shorten it"
        case "string_too_short":
            return "is empty", "Fill it in, or leave the field out"
        case "too_short":
            return "is an empty list", f"Give at least {context['min_length']}"
        case "too_long":
            return f"has more than {context['max_length']:,} entries", "Split it"
        case "literal_error" | "enum":
            return f"{quote(given)} is not one of the values taken", f"Use one of: {context['expected']}"
        case "date_from_datetime_parsing" | "date_parsing" | "date_type":
            return f"{quote(given)} is not a date", "Write it as 2020-06-29"
        case "model_type" | "model_attributes_type" | "dict_type":
            return (
                f"{quote(given)} is one value where several fields were expected",
                "Give its fields by name",
            )
        case "tuple_type" | "list_type":
            return f"{quote(given)} is not a list", "Write a list, even for one entry"
        case "string_unicode":
            return f"{quote(given)} is not Unicode text", "Write it anew; it holds half of a character"
        case "string_type":
            return f"{quote(given)} is not text", "Write text; put it in quotes if it looks like a number"
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            wanted = detail["msg"].removeprefix("Input should be ")
            return f"{quote(given)} is out of range", f"Give a number {wanted}"
        case "bool_type" | "bool_parsing":
            return f"{quote(given)} is neither true nor false", "Write true or false"
        case "int_type" | "int_parsing" | "int_from_float" | "float_type" | "float_parsing":
            return f"{quote(given)} is not a number of the kind expected", "Write a number, without quotes"
        case _:
            return detail["msg"][0].lower() + detail["msg"][1:], "Correct it"
