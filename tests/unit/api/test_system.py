"""What is read of the machine."""

from __future__ import annotations

from app.api.system import SystemProbe, parse_gpus


def test_the_machine_and_the_process_are_read() -> None:
    report = SystemProbe().read()
    assert 0 < report.process_memory < report.memory_total
    assert 0 <= report.cpu_percent <= 100
    assert report.cores >= 1


def test_the_answer_of_nvidia_smi_is_read() -> None:
    text = "NVIDIA GeForce RTX 4070, 37, 2048, 12282\nNVIDIA H100 80GB HBM3, 0, 1, 81559\n"
    first, second = parse_gpus(text)
    assert (first.name, first.load_percent, first.memory_used) == (
        "NVIDIA GeForce RTX 4070",
        37.0,
        2048 * 2**20,
    )
    assert second.memory_total == 81_559 * 2**20


def test_what_nvidia_smi_cannot_tell_counts_as_nothing() -> None:
    (orin,) = parse_gpus("Orin (nvgpu), [N/A], [N/A], [N/A]\n")
    assert (orin.load_percent, orin.memory_total) == (0.0, 0)
    assert list(parse_gpus("Failed to initialize NVML: Driver/library version mismatch\n")) == []
