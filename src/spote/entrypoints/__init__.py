"""How requests come in: doors to the same functions."""
