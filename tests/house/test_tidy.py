"""The house stays tidy: file sizes, who writes, what the repository may not record."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HARD_LIMIT = 600


def tracked(*patterns: str) -> list[Path]:
    """Return tracked files (or all files outside a checkout) that match the globs."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()]


def test_no_source_file_is_over_the_hard_limit() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked("*.py", "*.ts")
        if "migrations" not in path.parts
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > HARD_LIMIT
    }
    assert not long, f"split by noun: {long}"


# A queryset or instance write. `self.` and `super().` are a class's own business.
WRITES = re.compile(
    r"\.objects\b[^\n]*\.(create|bulk_create|update|bulk_update|delete|get_or_create|update_or_create)\("
    r"|^\s*(?!self\b|super\b)[a-z_]+\.(save|delete)\((\)|update_fields|force_)"
)
MAY_WRITE = re.compile(
    r"(services|migrations|tests|management|demo|store|handlers)(/|\.py|_)|(^|/)(jobs|adapter|tokens)\.py$"
)


def test_only_services_write() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked("src/anlan/*.py")
        if not MAY_WRITE.search(str(path.relative_to(ROOT / "src" / "anlan")))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if WRITES.search(line)
    ]
    assert not found, "writes belong into services.py:\n" + "\n".join(found)


REGISTRY_HOSTS = re.compile(
    "|".join(["registry\\.npm" + "js", "py" + "pi\\.org", "python" + "hosted"])
)


def test_lock_files_record_no_registry_host() -> None:
    for path in tracked("requirements/*.lock", "web/package-lock.json"):
        assert not REGISTRY_HOSTS.search(path.read_text(encoding="utf-8")), path
