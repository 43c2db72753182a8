"""How a network is trained: the tables [training], [[stop]] and [[then]] of an experiment file."""
