"""A run or a sweep beside observed figures, and beside what simple methods say of them."""
