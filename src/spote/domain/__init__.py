"""What Spote is about: the rooms, each one concept with its shapes, rules and queries."""
