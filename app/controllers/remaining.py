"""An honest remaining time: from the pace of the last minute (or more), and none before there is a pace."""

from __future__ import annotations

from collections import deque

_WINDOW_S = 60.0
_MIN_SECONDS = 4.0
_MIN_FILES = 8


class RemainingTime:
    """Fed with (seconds, files done, files in all); pauses are told, so that they do not count."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def restart(self) -> None:
        """After a pause the old pace no longer says anything about the clock."""
        self._points.clear()

    def update(self, now_s: float, done: int, total: int) -> float | None:
        """Seconds that are left, or None while that would be a guess."""
        if self._points and done < self._points[-1][1]:
            self.restart()
        self._points.append((now_s, done))
        # slow files stay longer, so that the pace always comes from several of them
        while now_s - self._points[0][0] > _WINDOW_S and done - self._points[1][1] >= _MIN_FILES:
            self._points.popleft()
        seconds = now_s - self._points[0][0]
        files = done - self._points[0][1]
        if seconds < _MIN_SECONDS or files < _MIN_FILES:
            return None
        return max(0.0, (total - done) * seconds / files)
