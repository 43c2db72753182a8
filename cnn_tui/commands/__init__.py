"""The work of the commands; `cli/` declares them. Standard output is data, standard error is words."""
