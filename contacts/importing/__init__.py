"""People from a file: columns, cells, rows (pure), then staging and taking in (SQL)."""
