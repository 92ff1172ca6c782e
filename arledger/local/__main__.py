"""``python -m arledger.local run``: the whole product in one foreground command."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from arledger.local.application import ROOT
from arledger.local.errors import LocalError
from arledger.local.supervisor import Supervisor


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m arledger.local", description=__doc__)
    parser.add_argument("command", choices=["run"])
    parser.parse_args(arguments)
    data_dir = Path(os.environ.get("ARLEDGER_DATA") or ROOT / "var").resolve()
    try:
        Supervisor(data_dir, say).run()
    except LocalError as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(
            f"{error}: run as the user it belongs to, or set ARLEDGER_DATA to another folder.",
            file=sys.stderr,
        )
        return 1
    return 0


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
