"""What a run will take before it begins, from what runs took on this machine."""
