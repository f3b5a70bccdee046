"""`python -m dr_orchestrator` is `dro`."""

from dr_orchestrator.cli.main import main

if __name__ == "__main__":
    main()
