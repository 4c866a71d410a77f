"""The first thing that runs: an interrupt is one line, even while the commands are being loaded.

Imports nothing of zjsim or of a library before the signals are seen to.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from typing import Any

# Ctrl-C, a polite kill (of a batch system, of a shutdown), and a terminal that was closed.
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
# Only simulated, so that Python's main thread calls a function.
_AGAIN = signal.SIGFPE
_LOOK = 0.2  # seconds between looks at whether the end is on its way


class _Ended(SystemExit):
    """The end that a signal asked for; not KeyboardInterrupt, which libraries take as theirs."""


class _Asked:
    """What has been asked of this process, and whether that has been done."""

    ended: _Ended | None = None
    over = False


def start() -> None:
    """Run the command line; what the console script ``zjsim`` calls."""
    for name in _ENDING:
        number = getattr(signal, name, None)
        # What is ignored from outside stays so: ``nohup``, or a job in the background of a script.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    try:
        from zjsim.cli.main import main

        main()
    finally:
        _Asked.over = True


def _end(number: int, _frame: object) -> None:
    """End with one line and the shell's status for the signal; files half-written are removed."""
    if _Asked.ended is not None:
        # A second time is meant: at once, whatever is still being tidied up.
        os._exit(128 + number)
    print("Interrupted.", file=sys.stderr)
    _Asked.ended = _Ended(128 + number)
    # A signal may arrive while a library calls back from C, where an exception is dropped, with
    # a traceback or without.
    sys.unraisablehook = _quiet
    signal.signal(_AGAIN, _raise_again)
    _thread.start_new_thread(_see_to_it, (_thread.get_ident(),))
    raise _Asked.ended


def _raise_again(_number: int, _frame: object) -> None:
    if _Asked.ended is not None and not _Asked.over:
        raise _Asked.ended


def _quiet(dropped: Any) -> None:
    if not isinstance(dropped.exc_value, _Ended):
        sys.__unraisablehook__(dropped)


def _see_to_it(main_thread: int) -> None:
    """Raise the end again where it was dropped; while it unwinds, tidying up is left in peace."""
    while not _Asked.over:
        time.sleep(_LOOK)
        if not _Asked.over and not _unwinding(main_thread):
            _thread.interrupt_main(_AGAIN)


def _unwinding(thread: int) -> bool:
    """Whether the end is the exception that a thread handles, in a ``finally`` or ``with``."""
    handled: Any = sys._current_exceptions().get(thread)
    if isinstance(handled, tuple):  # before Python 3.12
        handled = handled[1]
    while handled is not None and handled is not _Asked.ended:
        handled = handled.__context__
    return handled is not None
