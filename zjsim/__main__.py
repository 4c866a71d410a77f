"""``python -m zjsim`` is ``zjsim``."""

from zjsim.cli.main import main

if __name__ == "__main__":
    main()
