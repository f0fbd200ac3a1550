"""What each notice asks of those who receive it, in words that stand on it (RPD 82-93, the pilot of silver notices)."""

from __future__ import annotations

from rednotice.model.request import Colour, Request
from rednotice.model.values import bureau_name

_TELL = "Inform bureau {bureau} ({name}) and the office at once."

_ASKED = {
    Colour.RED: "Locate and arrest with a view to extradition, surrender or similar lawful action, as far as the law "
    "of the country where the person is found allows.",
    Colour.BLUE: "Locate, identify or gather information on the person, who is of interest to a criminal "
    "investigation. Do not arrest on this notice.",
    Colour.GREEN: "Be warned of the criminal activities of the person, who may be a threat to public safety. Assess "
    "what to do by your own law; this notice is no ground to arrest.",
    Colour.YELLOW: "Locate the missing person, or identify the one who cannot say who he or she is. See to the "
    "person's safety and privacy.",
    Colour.BLACK: "Compare with persons missing in your country, and help to identify the body.",
    Colour.PURPLE: "Look out for this method and these objects, and report like cases.",
    Colour.ORANGE: "Be warned of an imminent threat to persons or property. Take the precautions that are named.",
    Colour.SILVER: "Locate, identify or gather information on the assets, as far as your law allows. Nothing is to be "
    "seized on this notice alone.",
}


def action_asked(request: Request) -> str:
    """What a request's notice asks of those who receive it, and whom they are to inform."""
    text = f"{_ASKED[request.colour]} {_TELL}"
    return text.format(bureau=request.bureau, name=bureau_name(request.bureau))
