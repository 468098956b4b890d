"""What the tooling decides, without a cluster."""

import os
import re
import stat
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from cluster import hashing, images, process, suite, tools
from cluster.context import Context, ToolingError
from cluster.engine import undo
from cluster.pytest_run import Outcome, count

ROOT = Path(__file__).parents[3]


@pytest.fixture
def here(tmp_path: Path) -> Context:
    return Context.read({"XDG_CACHE_HOME": str(tmp_path / "cache"), "XDG_STATE_HOME": str(tmp_path / "state")})


def test_what_is_kept_lies_in_the_users_folders_and_the_repository_is_found(here: Context, tmp_path: Path) -> None:
    assert here.root == ROOT
    assert here.kubeconfig == tmp_path / "state/personalbots/personalbots.kubeconfig"
    assert here.cache.is_dir()


def test_another_process_reads_the_same_context_from_what_it_is_given(here: Context) -> None:
    other = {"XDG_CACHE_HOME": str(here.cache.parent), "XDG_STATE_HOME": str(here.state.parent)}
    assert Context.read({**other, **here.environment()}) == here


def test_somebody_elses_cluster_is_used_by_explicit_wish_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/theirs")
    folders = {"XDG_CACHE_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "KUBECONFIG": "/theirs"}
    assert Context.read(folders).kubeconfig != Path("/theirs")
    assert Context.read({**folders, "PERSONALBOTS_CLUSTER": "external"}).kubeconfig == Path("/theirs")


def test_an_external_cluster_without_a_kubeconfig_is_refused_in_a_sentence() -> None:
    with pytest.raises(ToolingError, match="needs KUBECONFIG"):
        Context.read({"PERSONALBOTS_CLUSTER": "external"})


def test_a_hash_tells_contents_names_and_what_can_be_run_apart_but_not_times(tmp_path: Path) -> None:
    file = tmp_path / "part/a.py"
    file.parent.mkdir()
    file.write_text("a")
    first = hashing.of(tmp_path, ["part"])
    os.utime(file, (0, 0))
    (tmp_path / "part/__pycache__").mkdir()
    (tmp_path / "part/__pycache__/a.pyc").write_text("compiled")
    assert hashing.of(tmp_path, ["part"]) == first
    seen = {first, hashing.of(tmp_path, ["part"], "another base")}
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    seen.add(hashing.of(tmp_path, ["part"]))
    file.write_text("b")
    seen.add(hashing.of(tmp_path, ["part"]))
    file.rename(tmp_path / "part/b.py")
    seen.add(hashing.of(tmp_path, ["part"]))
    assert len(seen) == 5


def test_a_program_that_fails_is_told_with_its_last_lines_and_without_what_it_was_given() -> None:
    code = "import sys; print('\\n'.join(map(str, range(100))), file=sys.stderr); sys.exit(3)"
    with pytest.raises(process.CommandError) as failed:
        process.run(sys.executable, "-c", code, stdin="a secret")
    assert failed.value.code == 3
    assert "99" in str(failed.value)
    assert "\n    50\n" not in str(failed.value)
    assert "a secret" not in str(failed.value)


def test_a_program_that_is_missing_or_hangs_fails_in_words() -> None:
    with pytest.raises(process.CommandError, match="no-such-program is not installed"):
        process.run("no-such-program")
    with pytest.raises(process.CommandError, match="nothing after 0 s"):
        process.run(sys.executable, "-c", "import time; time.sleep(60)", timeout=0.2)


@pytest.mark.parametrize(
    ("rule", "rounds"),
    [
        ("-A FORWARD -j DOCKER-USER", [[["-D", "FORWARD", "-j", "DOCKER-USER"]], [], []]),
        ("-A POSTROUTING -s 172.18.0.0/16 ! -o br-0123456789ab -j MASQUERADE",
         [[["-D", "POSTROUTING", "-s", "172.18.0.0/16", "!", "-o", "br-0123456789ab", "-j", "MASQUERADE"]], [], []]),
        ("-N DOCKER", [[], [["-F", "DOCKER"]], [["-X", "DOCKER"]]]),
        ("-A INPUT -p tcp --dport 22 -j ACCEPT", [[], [], []]),
        ("-N theirs", [[], [], []]),
        ("-P FORWARD DROP", [[], [], []]),
    ],
)  # fmt: skip
def test_only_the_engines_own_rules_are_taken_away(rule: str, rounds: list[list[list[str]]]) -> None:
    assert [undo(rule, kind) for kind in ("-D", "-F", "-X")] == rounds


def test_kubernetes_has_one_version_everywhere() -> None:
    modules = (ROOT / tools.SOURCES / "go.mod").read_text()
    assert f"k8s.io/kubernetes v{tools.KUBERNETES} " in modules
    staging = set(re.findall(r"^replace k8s\.io/\S+ => k8s\.io/\S+ v0\.(\S+)$", modules, re.MULTILINE))
    assert staging == {tools.KUBERNETES.removeprefix("1.")}


def test_another_kwok_means_no_other_node_image() -> None:
    assert not (ROOT / tools.KWOK_SOURCES).is_relative_to(ROOT / tools.SOURCES)
    assert "kwok" not in (ROOT / tools.SOURCES / "go.mod").read_text()
    assert f"tool {tools.KWOK}\n" in (ROOT / tools.KWOK_SOURCES / "go.mod").read_text()


@pytest.mark.parametrize("name", images.PARTS)
def test_an_image_is_named_by_all_that_it_is_made_from(name: str) -> None:
    part = images.PARTS[name]
    inputs = part.inputs(ROOT)
    assert f"{part.folder}/requirements.txt" in inputs
    assert all((ROOT / path).exists() for path in inputs)
    dockerfile = (ROOT / "Dockerfile").read_text().replace("${PART}", part.folder)
    copied = re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE)
    assert len(copied) == 6
    assert {path.removesuffix("/*requirements.txt") for path in copied} <= {
        parent for path in inputs for parent in (path, path.rpartition("/")[0])
    } | {"common", "crds"}
    assert f"FROM image AS {name}\n" in dockerfile


FOLDERS = {"personalbots-common": "common", "personalbots-api": "crds"}


@pytest.mark.parametrize("part", images.PARTS.values(), ids=images.PARTS)
def test_an_image_holds_the_parts_that_its_program_asks_for(part: images.Part) -> None:
    def needed(folder: str) -> set[str]:
        project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
        ours = {FOLDERS[name] for name in project["dependencies"] if name in FOLDERS}
        return ours.union(*map(needed, ours))

    assert needed(part.folder) == set(part.shared)


def test_tests_are_counted_as_pytest_reports_them(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10"/></testsuites>'
    )
    assert count(report) == Outcome(passed=4, failed=3, skipped=3)


SHAKY = """
from pathlib import Path

import pytest


def test_that_neighbours_disturb(): # passes when it is tried again
    tried = Path(__file__).with_name("tried")
    before = tried.exists()
    tried.touch()
    assert before


def test_that_is_broken():
    assert Path(__file__).with_name("mended").exists()


@pytest.mark.serial
def test_that_runs_after_the_others():
    pass
"""


def test_what_failed_on_the_cluster_is_tried_once_more_and_named(
    here: Context, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    context = replace(here, root=tmp_path)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nmarkers =\n  serial: by itself\n  disruptive: takes something away\n"
    )
    folder = tmp_path / "tests/e2e"
    folder.mkdir(parents=True)
    (folder / "test_shaky.py").write_text(SHAKY)
    assert suite.on_the_cluster(context) == Outcome(passed=1, failed=1)
    assert "1 passed only at the second try" in capfd.readouterr().out
    (folder / "mended").touch()
    (folder / "tried").unlink()
    assert suite.on_the_cluster(context) == Outcome(passed=3)
