"""How far the map of a run's training images is: which is wanted, what has come of it, and what is asked next."""

from __future__ import annotations

from cnn_tui.jobs.explain.map_points import MapPoints
from cnn_tui.jobs.explain.map_protocol import (
    MAP_METHODS,
    MAP_TITLES,
    CountOthers,
    DrawMap,
    FeatureMap,
    LookAtPoint,
    MapMethod,
    MapPoint,
    OthersCounted,
)
from cnn_tui.ui.explain.one_image.nearest import FeatureWork
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.keys import key_of


class MapWork:
    """The map of one run: features first, then its points, then how many neighbours of each are of other classes."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.points: MapPoints | None = None
        """Those that came last: they stay until the map of another method or epoch is there."""
        self.method: MapMethod = MAP_METHODS[0]
        """The one that is wanted."""
        self.rests = False
        """Whether the work was left with Esc."""
        self._features = FeatureWork(scene.epoch)
        self._epoch = 0
        """The one that the points are of, 0 for the run's end."""
        self._asked = 0
        self._seconds = 0.0
        """How long the wanted method is at work."""
        self._counts = b""
        """How many neighbours of other classes those have that lie near one, as far as they are counted."""
        self._looked: tuple[LookAtPoint, MapPoint] | None = None
        """The point that was looked at last, and what was answered."""

    # What is wanted

    @property
    def question(self) -> DrawMap:
        return DrawMap(self.scene.model_id, self.method, self._asked, self._features.epoch)

    @property
    def _count_question(self) -> CountOthers:
        return CountOthers(self.scene.model_id, len(self._counts), self._features.epoch)

    def _look_at(self, point: int) -> LookAtPoint:
        image = self.points.images[point] if self.points else 0
        return LookAtPoint(self.scene.model_id, image, self._features.epoch)

    def wanted(self, point: int | None, following: int | None) -> list[AnswerWanted]:
        """What is to be asked next; `point` is at the cursor, and `following` will probably be."""
        if not self.scene.model_id or self.rests:
            return []
        if work := self._features.wanted(self.scene):
            return work
        found = []
        if point is not None:
            found.append(AnswerWanted(self._look_at(point), MapPoint, "point"))
        if not self._is_there:
            found.append(AnswerWanted(self.question, FeatureMap, "map"))
        elif not self._all_counted:
            found.append(AnswerWanted(self._count_question, OthersCounted, "others"))
        elif following is not None:
            found.append(AnswerWanted(self._look_at(following), MapPoint, "following point"))
        return found

    def want_next_method(self) -> None:
        """Have the images laid out in the next way."""
        self.method = MAP_METHODS[(MAP_METHODS.index(self.method) + 1) % len(MAP_METHODS)]
        self._asked, self._seconds, self.rests = self._asked + 1, 0.0, False

    def want_epoch(self, epoch: int) -> None:
        """Have the map of the network after another epoch, or with 0 of the run's end."""
        self._features, self._counts, self.rests = FeatureWork(epoch), b"", False

    def leave(self) -> bool:
        """Leave the work, or the method that is not there yet; False where there is nothing to leave."""
        if self.points is not None and self.method != self.points.facts.method:
            self.method = self.points.facts.method
        elif self.is_at_work:
            self.rests = True
        else:
            return False
        return True

    # What has come

    @property
    def _is_there(self) -> bool:
        """Whether there is the map that is wanted, and not that of another method or epoch."""
        points = self.points
        return points is not None and (points.facts.method, self._epoch) == (self.method, self._features.epoch)

    @property
    def _all_counted(self) -> bool:
        return self.points is not None and len(self._counts) >= self.points.near_others

    @property
    def waits_for_map(self) -> bool:
        """Whether the map of another method or epoch is wanted than the one that is there."""
        return self.points is not None and not self._is_there

    @property
    def is_at_work(self) -> bool:
        """Whether neighbours are counted, or come before that: something to leave."""
        if self.rests or self._all_counted or self.why_none():
            return False
        return not self.scene.refusal(self._count_question)

    def settle(self) -> bool:
        """Take in what has been answered; tells whether there is another map than before."""
        self._features.settle(self.scene)
        is_new = not self._is_there and self._features.is_done and self._take_map()
        points = self.points
        while points is not None and self._is_there and not self._all_counted:
            counted = self.scene.answer(self._count_question, OthersCounted)
            if counted is None:
                break
            points.count(len(self._counts), counted.counts)
            self._counts += counted.counts
        return is_new

    def _take_map(self) -> bool:
        """Take the map that was answered; ask again where the method is at work."""
        found = self.scene.answer(self.question, FeatureMap)
        if found is None:
            return False
        if found.at_work:
            self._asked, self._seconds = self._asked + 1, found.at_work
            return False
        self.points, self._epoch, self._seconds = MapPoints(found), self._features.epoch, 0.0
        self.points.count(0, self._counts)
        return True

    def looked_at(self, point: int) -> MapPoint | None:
        """What was answered about a point; that of the one that was looked at last is kept."""
        question = self._look_at(point)
        if (found := self.scene.answer(question, MapPoint)) is not None:
            self._looked = question, found
        return self._looked[1] if self._looked is not None and self._looked[0] == question else None

    # In words

    def why_none(self) -> str:
        """Why there can be no map."""
        scene = self.scene
        if words := scene.why_nothing("features"):
            return words
        return scene.refusal(self.question) if self.points is None else ""

    def why_not_looked_at(self, point: int) -> str:
        """Why there is nothing about a point (yet)."""
        return self.scene.refusal(self._look_at(point)) or self.scene.waiting("the image")

    def state(self) -> str:
        """How far the work is, in a sentence."""
        if self.rests:
            return f"The work was left. {key_of('explain.open')} goes on with it."
        return self._features.state(self.scene, "the map")

    def state_of_map(self) -> str:
        """Why the map that is wanted is not there yet, unless it was refused."""
        if self.rests or not self._features.is_done:
            return self.state()
        if self.method == MAP_METHODS[0]:
            return self.scene.waiting("the map")
        return f"{MAP_TITLES[self.method]} at work for {self._seconds:.0f} s … {key_of('lab.back')} leaves it"

    def share_counted(self) -> str:
        """Of how many points the neighbours are counted, in per cent."""
        most = self.points.near_others if self.points else 0
        return f"{len(self._counts) / max(1, most):.0%}".replace("%", " %")
