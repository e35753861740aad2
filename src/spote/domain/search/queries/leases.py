"""SQL of leases: work that takes longer than a transaction may, done by one server process for all."""

from spote.storage import Connection


def take_lease(db: Connection, name: str, holder: str, *, until: int) -> bool:
    """True where nobody else has it; renews one's own."""
    row = db.one(
        "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until)"
        " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until"
        " WHERE leases.until <= :now OR leases.holder = excluded.holder RETURNING holder",
        {"name": name, "holder": holder, "until": until, "now": db.now},
    )
    return row is not None


def end_lease(db: Connection, name: str, holder: str) -> None:
    db.execute(
        "DELETE FROM leases WHERE name = :name AND holder = :holder",
        {"name": name, "holder": holder},
    )
