"""``python -m zjsim`` is ``zjsim``."""

import sys
from pathlib import Path

if __name__ == "__main__":
    # ``-m`` puts the working folder first on the path, where a file could stand in for a
    # library. Where zjsim itself is found through it, it stays, as the last one.
    if not sys.flags.safe_path:
        del sys.path[0]
    sys.path.append(str(Path(__file__).resolve().parents[1]))

    from zjsim.cli.start import start

    start()
