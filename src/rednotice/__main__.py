"""`python -m rednotice` is the `rednotice` command."""

from rednotice.cli import main

main()
