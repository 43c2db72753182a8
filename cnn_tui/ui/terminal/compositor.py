"""Textual's compositor, which knows where widgets are, without a case in which one that is gone stays to be seen."""

from __future__ import annotations

from textual._compositor import Compositor, CompositorMap


class TrueCompositor(Compositor):
    """Has what a widget covered painted anew, whoever asked for the map first once the widget was gone.

    Textual compares the map of a new layout with the one before. A widget that is not shown and is drawn anew, as a
    pane that another one covers while a run trains, makes it forget the map. When something asks for the map between
    the end of a toast and the layout after it, both are the same: the toast stayed on the screen for good. Seen in
    Textual 8.
    """

    @property
    def full_map(self) -> CompositorMap:
        """Where all widgets are. What has changed since it was made last is painted anew."""
        before, is_new = self._full_map, self._full_map_invalidated
        found = super().full_map
        if is_new and before:
            regions = {place.clip.intersection(place.region) for _, place in found.items() ^ before.items()}
            self._dirty_regions.update(region for region in regions if region)
        return found
