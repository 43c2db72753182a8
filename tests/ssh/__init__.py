"""The lab over a real secure shell."""
