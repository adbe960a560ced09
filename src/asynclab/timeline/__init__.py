"""A transcript as a picture: a row for each task and one for the loop."""

from asynclab.timeline.picture import Timeline, side_by_side, timeline

__all__ = ["Timeline", "side_by_side", "timeline"]
