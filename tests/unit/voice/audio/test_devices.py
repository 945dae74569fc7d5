import pytest

from app.kernel.errors import NotFound
from app.voice.audio.devices import Device, choose

DEVICES = [
    Device(0, "HDA Intel PCH", 2, 2, 44_100),
    Device(1, "USB Headset", 1, 2, 48_000, default_input=True),
    Device(2, "USB Headset Pro", 1, 2, 48_000),
    Device(3, "HDMI 0", 0, 8, 48_000, default_output=True),
]


def test_nothing_wanted_is_the_default_of_the_role() -> None:
    assert choose(DEVICES, "", "microphone").number == 1
    assert choose(DEVICES, " ", "speaker").number == 3


def test_a_number_a_name_and_a_part_of_one_all_do() -> None:
    assert choose(DEVICES, "0", "microphone").number == 0
    assert choose(DEVICES, "usb headset pro", "speaker").number == 2
    assert choose(DEVICES, "intel", "speaker").number == 0


def test_a_whole_name_goes_before_the_beginning_of_another() -> None:
    assert choose(DEVICES, "USB Headset", "speaker").number == 1


def test_among_equals_the_default_is_taken() -> None:
    assert choose(DEVICES, "usb", "microphone").number == 1


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFound, match=r"There is no microphone called 'USB Hedset'.*USB Headset"):
        choose(DEVICES, "USB Hedset", "microphone")


def test_a_loudspeaker_is_no_microphone() -> None:
    with pytest.raises(NotFound, match="'HDMI' is no microphone"):
        choose(DEVICES, "HDMI", "microphone")


def test_no_device_at_all_comes_with_a_way_to_do_without() -> None:
    with pytest.raises(NotFound, match=r"no microphone on this machine.*solo chat"):
        choose([], "", "microphone")
