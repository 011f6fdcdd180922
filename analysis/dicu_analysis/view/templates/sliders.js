// Sliders of the page on assumptions.
