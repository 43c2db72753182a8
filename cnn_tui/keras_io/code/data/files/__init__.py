"""Pictures that a script reads file by file: its paths, its loops over folders, and what it makes of each."""
