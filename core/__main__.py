"""Command line: `python -m core train --preset mnist-article --json`, and the rest of `python -m core --help`."""

from core.cli.app import main

if __name__ == "__main__":
    main()
