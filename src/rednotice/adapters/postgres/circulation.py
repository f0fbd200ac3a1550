"""How circulation fares, bureau by bureau: who owes receipts, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, bindparam, text

# What `Notice.may_have` and `flow.circulation.silent` say, for all notices and bureaus at once. What a bureau owed
# before it was connected, it owes since then.
_BUREAUS = text(
    """
    SELECT b.bureau, b.connected_at, given.receipts, given.last_receipt, owed.owing, owed.silent_since
    FROM (SELECT * FROM bureau_node WHERE :bureau IS NULL OR bureau = :bureau) b
    CROSS JOIN LATERAL (
        SELECT count(*) AS receipts, max(r.received_at) AS last_receipt FROM receipt r WHERE r.bureau = b.bureau
    ) given
    CROSS JOIN LATERAL (
        SELECT count(*) AS owing, min(greatest(e.at, b.connected_at)) AS silent_since
        FROM notice n JOIN event e ON e.number = n.event
        WHERE CASE
            WHEN n.for_everybody OR n.bureau = b.bureau OR (
                NOT (n.document -> 'restricted' @> to_jsonb(b.bureau))
                AND (
                    coalesce(n.document -> 'diffusion', 'null') = 'null'
                    OR n.document -> 'diffusion' @> '{"everywhere": true}'
                    OR n.document -> 'diffusion' -> 'to' @> to_jsonb(b.bureau)
                )
            )
            THEN NOT EXISTS (SELECT FROM receipt r WHERE r.bureau = b.bureau AND r.event = n.event)
            ELSE 'applied' = (
                SELECT r.action FROM receipt r
                WHERE r.bureau = b.bureau AND r.control_number = n.control_number ORDER BY r.event DESC LIMIT 1
            )
        END
    ) owed
    ORDER BY b.bureau
    """
).bindparams(bindparam("bureau", type_=Text))


@dataclass(frozen=True, slots=True)
class BureauCirculation:
    """How one bureau's node answers.

    Attributes:
        receipts: how many it returned.
        last_receipt: when the last came.
        owing: of how many notices it has not answered the last version, or its removal.
        silent_since: when the oldest of these should have reached it.
    """

    bureau: str
    connected_at: datetime
    receipts: int
    last_receipt: datetime | None
    owing: int
    silent_since: datetime | None


def bureaus(connection: Connection, bureau: str | None = None) -> list[BureauCirculation]:
    """Every bureau that is connected, or one of them."""
    return [BureauCirculation(**row) for row in connection.execute(_BUREAUS, {"bureau": bureau}).mappings()]
