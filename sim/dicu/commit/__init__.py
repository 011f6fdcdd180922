"""What happens to what was decided: moves, couples, orphans, estates, followers, returns, accounts."""
