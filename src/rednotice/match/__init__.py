"""Person against person: who, of those listed, is the one asked about, and why.

index = build(people)
answer = index.check(query)      # ranked matches with their explanation; none: nobody near enough
index.add(person); index.remove(person_id)

index.save(folder); Index.open(folder)      # files that are mapped: ready at once
"""

from rednotice.match.index import Index, build, warm

__all__ = ["Index", "build", "warm"]
