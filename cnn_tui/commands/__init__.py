"""The work of the commands; `cli.py` declares them. Standard output is data, standard error is words."""
