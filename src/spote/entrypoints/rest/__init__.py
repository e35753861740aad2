"""The REST API under `/api` (rest-api.md)."""
