"""`python -m cli` is `tradelane`."""

from cli.main import main

main()
