"""The library's command line: `python -m storage --help`."""

import argparse
from collections.abc import Sequence
from importlib import import_module

COMMANDS = {
    "benchmark": ("storage.benchmark.timing", "fill a library and time what is asked of it"),
    "torture": ("storage.torture", "kill a library's process while it writes, and look what is lost"),
    "taste": ("storage.benchmark.taste", "measure recommendations on people with hidden tastes"),
}
"""The module of each command, with `add_options(parser)` and `run(options) -> int`, and what it does."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well."""
    parser = argparse.ArgumentParser(prog="python -m storage", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (module_name, meaning) in COMMANDS.items():
        command = commands.add_parser(name, help=meaning, description=meaning)
        module = import_module(module_name)
        module.add_options(command)
        command.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    return options.run(options)


if __name__ == "__main__":
    raise SystemExit(main())
