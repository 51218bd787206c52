"""The command line's subcommands, one module each; `core.__main__` puts them together."""
