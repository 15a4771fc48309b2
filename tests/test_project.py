"""Where a project is found, in which order, and what is said when there is none."""

import pytest

from nma.errors import InputError, ProjectError
from nma.project import Project


def test_the_order_of_finding(review, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    (other / "nma.toml").write_text("")
    below = review.root / "a/b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert (Project.find().root, Project.find().origin) == (review.root.resolve(), "nearest")
    monkeypatch.setenv("NMA_PROJECT", str(other))
    assert (Project.find().root, Project.find().origin) == (other.resolve(), "environment")
    assert (Project.find(review.root).root, Project.find(review.root).origin) == (review.root.resolve(), "argument")
    monkeypatch.delenv("NMA_PROJECT")
    monkeypatch.chdir(tmp_path)
    assert Project.find().origin in ("checkout", "bundled")


def test_finding_changes_no_directory(review, monkeypatch):
    monkeypatch.chdir(review.root.parent)
    Project.find(review.root.name)
    assert Project.find(review.root.name).registry.studies
    assert review.root.parent.samefile(".")


@pytest.mark.parametrize("folder", ["nowhere", "studies", "nma.toml", "a\0b"])
def test_a_folder_that_is_no_project_is_said(review, folder):
    with pytest.raises(ProjectError, match=r"no nma\.toml in this folder"):
        Project.find(review.root / folder)


def test_nowhere_a_project_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("nma.project.PACKAGE", tmp_path / "site/nma")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProjectError, match=r"no nma\.toml here or above, name the folder with --project DIR"):
        Project.find()


def test_the_name_is_that_of_the_file_or_the_folder(review):
    assert Project.find(review.root).name == "small"
    (review.root / "nma.toml").write_text("")
    assert Project.find(review.root).name == review.root.name
    (review.root / "nma.toml").write_text("name = [")
    with pytest.raises(ProjectError, match=r"nma\.toml:1: not valid TOML"):
        _ = Project.find(review.root).name


def test_a_fingerprint_changes_with_the_evidence_and_with_nothing_else(review):
    first = Project.find(review.root).registry.fingerprint
    review.write("studies/notes.md", "x")
    assert Project.find(review.root).registry.fingerprint == first
    review.change("studies/alpha-2001.yaml", "events: 30", "events: 31")
    second = Project.find(review.root).registry.fingerprint
    review.change("vocabulary.yaml", "a job", "a regular job")
    assert len({first, second, Project.find(review.root).registry.fingerprint}) == 3


def test_a_project_without_specifications(review):
    for path in (review.root / "models").iterdir():
        path.unlink()
    (review.root / "models").rmdir()
    assert Project.find(review.root).specifications() == {}
    with pytest.raises(InputError, match="no such specification, got 'main', allowed: none yet"):
        Project.find(review.root).analysis("main")
    assert review.run("run")[2][-1] == "models/: no specification in this folder, one YAML file an analysis"
