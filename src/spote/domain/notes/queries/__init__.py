"""Every SQL statement of the notes room, a file for each kind of thing."""
