"""What is tried: its file, its settings, stop rules, presets, the document under edit."""
