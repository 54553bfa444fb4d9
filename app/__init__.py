"""Everything people and machines touch: the doors and the modules behind them."""
