"""The process that looks into trained networks, seen from outside: what it can be asked, and who asks it."""
