"""Who: the household columns, their synthesis, and `Household`, a Mesa agent that is a view of one row."""
