"""Charts of curves: from runs to lines of text. The lab, the command line and Markdown draw with it."""
