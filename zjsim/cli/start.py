"""The first thing that runs: an interrupt is one line, even while the commands are being loaded.

Imports nothing of zjsim or of a library before the signals are seen to.
"""

from __future__ import annotations

import os
import signal
import sys

# Ctrl-C, a polite kill (of a batch system, of a shutdown), and a terminal that was closed.
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
_asked: list[int] = []


def start() -> None:
    """Run the command line; what the console script ``zjsim`` calls."""
    for name in _ENDING:
        number = getattr(signal, name, None)
        # What is ignored from outside stays so: ``nohup``, or a job in the background of a script.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    from zjsim.cli.main import main

    main()


def _end(number: int, _frame: object) -> None:
    """End with one line and the shell's status for the signal; files half-written are removed."""
    if _asked:
        # A second time is meant: at once, whatever is still being tidied up.
        os._exit(128 + number)
    _asked.append(number)
    print("Interrupted.", file=sys.stderr)
    # Not KeyboardInterrupt, which a library takes for a question to itself.
    raise SystemExit(128 + number)
