"""What if: days foretold from the events of cases when steps are merged, run side by side or better staffed, and when a provider is down."""

ACTIONS: tuple[()] = ()
