"""``python -m nma``."""

from nma.cli import main

main()
