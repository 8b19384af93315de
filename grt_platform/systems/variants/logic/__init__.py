"""The pure logic of variants: the languages people ask in, and the plan of a query."""
