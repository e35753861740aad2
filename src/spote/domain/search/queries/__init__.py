"""Every SQL statement of searching: by words, and by meaning."""
