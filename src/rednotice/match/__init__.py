"""Person against person: who, of those listed, is the one asked about, and why.

    index = build(people)
    answer = index.check(query)      # ranked matches with their explanation; none: nobody near enough
    index.add(person); index.remove(person_id)

This interface stays; what stands behind it is made for a few thousand persons so far.
"""

from rednotice.match.index import Index, build

__all__ = ["Index", "build"]
