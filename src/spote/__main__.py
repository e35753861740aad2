"""`python -m spote` is the `spote` command."""

from spote.cli import main

main()
