"""The road from the microphone to whoever listens."""

from __future__ import annotations

from app.kernel.streams import Policy, Stream
from app.voice.audio.frames import Frame

FRAMES_KEPT = 128
"""A listener may be this far behind (4 s) before it loses the oldest."""


class FrameHub:
    """Hands every frame to every listener; survives restarts of the microphone."""

    def __init__(self) -> None:
        self._streams: list[Stream[Frame]] = []
        self.position = 0
        """Index of the next sample: it goes on counting when the microphone is opened again."""
        self.device_state = ""
        """What was last announced of the microphone."""

    def subscribe(self, name: str) -> Stream[Frame]:
        """A stream of all frames from now on; a slow listener loses its oldest, counted."""
        stream: Stream[Frame] = Stream(FRAMES_KEPT, Policy.DROP_OLDEST, name=name)
        self._streams.append(stream)
        return stream

    def unsubscribe(self, stream: Stream[Frame]) -> None:
        """Leave; idempotent."""
        stream.abandon()
        if stream in self._streams:
            self._streams.remove(stream)

    def publish(self, frame: Frame) -> None:
        """Hand a frame to everyone; never waits."""
        self.position = frame.index + len(frame.samples)
        for stream in tuple(self._streams):
            if stream.abandoned:
                self._streams.remove(stream)
            else:
                stream.offer(frame)

    @property
    def lagging(self) -> bool:
        """Some listener has not yet taken what there is."""
        return any(len(stream) for stream in self._streams)

    @property
    def dropped(self) -> dict[str, int]:
        """Frames lost by each listener."""
        return {stream.name: stream.dropped for stream in self._streams}
