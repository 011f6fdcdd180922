"""Public forecasts: frozen, dated predictions of figures that nobody has yet, and their scores when figures come."""
