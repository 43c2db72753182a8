"""An experiment's settings as a form has them: its rows, and how rules and phases are typed."""
