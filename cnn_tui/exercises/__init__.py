"""Sets of exercises, packs, answers, results and submissions; the sets that come with the app are in `sets/`."""
