"""The features as a map: training images in two dimensions by their classes, those first that are worth a look."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.jobs.explain.map_points import LISTS, MapPoints, WorthALook
from cnn_tui.reports.feature_words import compared_in_words, map_in_words, neighbours_in_words
from cnn_tui.text import fitted
from cnn_tui.ui.explain.all_images.map_drawing import MapDrawing
from cnn_tui.ui.explain.all_images.map_work import MapWork
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.class_signs import class_style, in_rows, sign_of
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.scatter import PlaneWindow, whole_window

_LEAST_BESIDE, _MOST_BESIDE = 20, 36
"""Cells of what stands beside the map."""
_MOST_LEGEND = 3
_TALLEST = 14
"""Lines of the image at most."""
_CLOSEST = 6
"""How often the map can be drawn twice as large."""
_ROOMY = 18
"""Lines from which on there is room to say what is compared."""


class FeatureMapView(ExplainView):
    """The map, and beside it the training image at the cursor with what the network says of it."""

    code: ClassVar[str] = "map"
    title: ClassVar[str] = "map"
    keys: ClassVar[str] = "next_image order method class open step_up run"
    opens: ClassVar[str] = "next"
    class_question: ClassVar[tuple[str, str]] = ("The points of which class?", "all classes")

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._forget_run()

    def _forget_run(self) -> None:
        self._work = MapWork(self.scene)
        self._which: WorthALook = LISTS[0]
        self._only: int | None = None
        self._at = 0
        self._image: int | None = None
        """The training image at the cursor; None for the first that is worth a look."""
        self._zoom = 0
        self._window = self._whole = PlaneWindow(0, 1, 0, 1)
        """The part of the map that is drawn, and all of it."""
        self._drawing = MapDrawing(self)

    def show(self, scene: Scene) -> None:
        """Another run has another map."""
        super().show(scene)
        self._forget_run()

    def change_epoch(self) -> None:
        """Stay on the image; what is drawn stays until the other epoch's map is there."""
        if self._points is not None and (point := self._point) is not None:
            self._image = self._points.images[point]
        self._work.want_epoch(self.scene.epoch)

    @property
    def _points(self) -> MapPoints | None:
        return self._work.points

    # What it asks

    def wanted(self) -> list[AnswerWanted]:
        return self._work.wanted(self._point, self._following)

    @property
    def _following(self) -> int | None:
        """The point after the one at the cursor in the list: asked about before somebody goes there."""
        found, point = self._list, self._point
        after = found.index(point) + 1 if point in found else 0
        return found[after] if 0 < after < len(found) else None

    def settle(self) -> None:
        """Take in what has been answered."""
        if self._work.settle() and self._points is not None:
            self._whole = whole_window(self._points.across, self._points.up)
            if self._image is not None and self._points.point_of(self._image) is None:
                self._image = None
            self._centre()

    # Where one is

    @property
    def _list(self) -> list[int]:
        return self._points.worth_a_look(self._which, self._only) if self._points else []

    @property
    def _point(self) -> int | None:
        """The point at the cursor."""
        if self._points is None:
            return None
        if self._image is not None:
            return self._points.point_of(self._image)
        found, labels = self._list, self._points.labels
        if found:
            return found[0]
        return next((at for at, label in enumerate(labels) if self._only in (None, label)), None)

    def _go_to(self, point: int) -> None:
        assert self._points is not None
        self._image = self._points.images[point]
        if self._zoom and not self._window.is_well_inside(self._points.across[point], self._points.up[point]):
            self._centre()

    def _centre(self) -> None:
        """Draw the part of the map around the cursor."""
        points, point = self._points, self._point
        if points is not None and point is not None:
            self._window = self._whole.around(points.across[point], points.up[point], 0.5**self._zoom)

    def _walk_to(self, at: int) -> None:
        found = self._list
        if found:
            self._at = max(0, min(at, len(found) - 1))
            self._go_to(found[self._at])

    def move_image(self, by: int) -> None:
        """Along the list, from where one was in it last."""
        found, point = self._list, self._point
        if point in found:
            self._walk_to(found.index(point) + by)
        else:
            self._walk_to(self._at)

    def move_to_end(self, *, last: bool) -> None:
        self._walk_to(len(self._list) if last else 0)

    def move_sideways(self, by: int) -> None:
        self._move(by, 0)

    def move_rows(self, by: int) -> None:
        self._move(0, by)

    def _move(self, across: int, down: int) -> None:
        """To the nearest cell with points in a direction, so many times."""
        for point in self._drawing.steps_from(self._point, across, down):
            self._go_to(point)

    def open(self) -> None:
        """The next point of the same cell; or on with the work that was left."""
        if self._work.rests:
            self._work.rests = False
            return
        here, point = self._here, self._point
        if point in here:
            self._go_to(here[(here.index(point) + 1) % len(here)])

    @property
    def _here(self) -> list[int]:
        """The points of the cell that the cursor is in."""
        return self._drawing.points_beside(self._point)

    def step(self, by: int) -> None:
        """Closer to the point at the cursor, or farther away."""
        self._zoom = max(0, min(self._zoom + by, _CLOSEST))
        self._centre()

    def next_order(self) -> bool:
        """From its first, the other list of what is worth a look."""
        self._which = LISTS[(LISTS.index(self._which) + 1) % len(LISTS)]
        self._walk_to(0)
        return True

    def next_method(self) -> bool:
        """The next way to lay the images out."""
        self._work.want_next_method()
        return True

    @property
    def class_names(self) -> tuple[str, ...]:
        return self._points.facts.class_names if self._points else ()

    def choose_class(self, label: int | None) -> None:
        self._only, self._image, self._at = label, None, 0
        self._centre()

    def leave(self) -> bool:
        """Leave the work; else show the whole map, and all classes."""
        if self._work.leave():
            return True
        if self._zoom:
            self.step(-self._zoom)
        elif self._only is not None:
            self.choose_class(None)
        else:
            return False
        return True

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        if words := self._work.why_none():
            return self.paragraph(words, width)
        points, point = self._points, self._point
        if points is None:
            return self.paragraph(self._work.state(), width, "accent")
        head = self._head(points, width, height)
        legend = self._legend(points, width)[: _MOST_LEGEND if height >= _ROOMY else 1]
        room = max(1, height - len(head) - len(legend))
        beside = max(_LEAST_BESIDE, min(_MOST_BESIDE, width * 3 // 10))
        size = max(1, width - beside - 2), room
        lines = self._drawing.with_cursor(points, self._window, size, self._only, point)
        about = self._about(points, point, beside, room) if point is not None else []
        return [*head, *side_by_side([lines, about])[:room], *legend]

    def _head(self, points: MapPoints, width: int, height: int) -> list[Text]:
        """What is drawn, and where one is in which list."""
        facts = points.facts
        words = f"{key_of('explain.method')} {map_in_words(facts, len(points))}"
        if height >= _ROOMY:
            along = f"{key_of('explain.previous_image')} {key_of('explain.next_image')}"
            words += f" {compared_in_words(facts)} Arrows go to the nearest point; {along} along this list:"
        place = Text(self._place(points), self.style("strong"))
        if self._work.waits_for_map:
            refusal = self.scene.refusal(self._work.question)
            place = Text(inert(refusal or self._work.state_of_map()), self.style("warn" if refusal else "accent"))
        elif self._work.is_at_work and self._which == LISTS[0]:
            counted = f"counting neighbours {self._work.share_counted()} … {key_of('lab.back')} leaves it"
            place.append(f"   {counted}", self.style("accent"))
        place.truncate(width)
        told = self.paragraph(words, width)
        return [*(told if height >= _ROOMY else told[:1]), place]

    def _place(self, points: MapPoints) -> str:
        """Where one is, as `3 of 412 on mixed borders`."""
        found, point = self._list, self._point
        what = "on mixed borders" if self._which == LISTS[0] else "far from their class"
        of = f", {inert(points.facts.name(self._only))}" if self._only is not None else ""
        at = f"{found.index(point) + 1:,} of " if point in found else ""
        return f"{at}{len(found):,} {what}{of}"

    def _about(self, points: MapPoints, point: int, width: int, room: int) -> list[Text]:
        """The image at the cursor: what it is, what the network says, what its neighbours are, and how it looks."""
        image, label, facts = points.images[point], points.labels[point], points.facts
        lines = [Text(fitted(f"training image {image}", width), self.style("strong"))]
        lines.append(self._signed(f"is {sign_of(label)} {facts.name(label)}", label, width))
        one = self._work.looked_at(point)
        if one is None:
            return [*lines, *self.paragraph(self._work.why_not_looked_at(point), width)]
        said, share = one.predicted, one.probabilities[one.predicted]
        how = "NaN" if share is None else f"{share:.1%}".replace("%", " %")
        verdict = self.right_or_wrong(said == label).append(f" {how}")
        words = fitted(f"said {sign_of(said)} {facts.name(said)}", width)
        lines.append(self._signed(words, said, width))
        if len(words) + 1 + verdict.cell_len > width:
            lines.append(verdict)
        else:
            lines[-1].append(" ").append_text(verdict)
        names = [inert(facts.name(near.label)) for near in one.near]
        lines += self.paragraph(neighbours_in_words(names), width, "")
        here = self._here
        if len(here) > 1 and point in here and room >= _ROOMY - 6:
            words = f"{key_of('explain.open')}: {here.index(point) + 1} of {len(here)} here"
            lines.append(Text(fitted(words, width), self.style("dim")))
        return [*lines, *self._picture(one.picture, width, room - len(lines))]

    def _picture(self, picture: Picture, width: int, room: int) -> list[Text]:
        return self.drawn(picture, width, min(_TALLEST, room))

    def _signed(self, words: str, label: int, width: int) -> Text:
        return Text(fitted(words, width), class_style(label, self.mode, dark=self.app.current_theme.dark))

    def _legend(self, points: MapPoints, width: int) -> list[Text]:
        """The signs with the names of their classes."""
        labels, dark = sorted(set(points.labels)), self.app.current_theme.dark
        names = [fitted(f"{sign_of(label)} {points.facts.name(label)}", 24) for label in labels]
        lines = []
        for row in in_rows(names, width):
            line = Text(no_wrap=True)
            for at in row:
                line.append(names[at], class_style(labels[at], self.mode, dark=dark)).append("  ")
            lines.append(line)
        return lines
