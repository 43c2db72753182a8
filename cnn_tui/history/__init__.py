"""The SQLite store of runs: the only room with SQL."""
