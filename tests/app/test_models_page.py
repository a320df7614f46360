"""The page of models: what it lists, what it asks before anything happens, and what then happens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QLabel, QMessageBox

from app.controllers.models import Installed
from app.models.language_names import language_list, language_name, named_languages
from app.models.model_words import ModelWords, percent
from app.models.models import Column
from core.domain import BUILT_IN_MODEL, OWN_MODEL, Language, Model, ModelName, ModelSwitch
from core.errors import ModelDamagedError
from core.layout import OWN_RECORD, ModelsLayout
from core.models.install import Hub
from core.models.known import PUBLISHED
from core.models.models import Models
from core.progress import CancelToken
from tests.core.models import pretend
from tests.core.models.hub import FakeHub
from tests.core.models.own import pretend_own

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ENGLISH = ModelName("english-only")
_PATIENCE_MS = 20_000


@pytest.fixture
def hub():
    with FakeHub({pretend.REPOSITORY: pretend.files(300_000)}) as hub:
        yield hub


@pytest.fixture
def inline(monkeypatch):
    """Nothing is loaded, and no process started."""
    monkeypatch.setattr("core.models.install.in_a_process", pretend.inline)
    monkeypatch.setattr("core.models.install.try_out", pretend.try_out)


@pytest.fixture
def models(tmp_path, hub):
    """Two can be installed from a hub on this machine."""
    published = [
        pretend.published(languages=frozenset({Language("ja"), Language("en")})),
        pretend.published(
            name=ENGLISH, title="English only", languages=frozenset({Language("en")}), restriction=""
        ),
    ]
    folder = tmp_path / "models"
    own = pretend_own(tmp_path / "own_model")
    found = Models.of(ModelsLayout(folder), published, Hub(endpoint=hub.url, retry_s=0.01), own)
    return Installed(models=found, folder=folder)


@pytest.fixture
def page(make_desk, collection, qtbot):
    """The page on the screen, with its list."""
    collection.model = BUILT_IN_MODEL
    desk = make_desk(collection)
    desk.models.show()
    qtbot.waitUntil(lambda: desk.models.table.rowCount() == 4)
    qtbot.waitUntil(lambda: _cell(desk, BUILT_IN_MODEL, Column.STATE) == "answers now")
    return desk


def _cell(desk, name, column):
    return desk.models.table.find(name).siblingAtColumn(column).data()


def _question(desk, name) -> QMessageBox:
    return desk.models.dialog.findChildren(QMessageBox, name)[-1]


def _answer(box, role):
    next(button for button in box.buttons() if box.buttonRole(button) is role).click()


def _yes(box):
    _answer(box, QMessageBox.ButtonRole.AcceptRole)


def _no(box):
    _answer(box, QMessageBox.ButtonRole.RejectRole)


def _install(models, name=pretend.NAME):
    for _ in models.models.install(name, CancelToken()):
        pass


# --- The list --------------------------------------------------------------------------------------


def test_the_list_says_what_each_model_is(page):
    """Languages in words, the size, what the licence forbids, and whether it is installed."""
    assert _cell(page, pretend.NAME, Column.LANGUAGES) == "English, Japanese"
    assert _cell(page, pretend.NAME, Column.SIZE) == "1.0 MB"
    assert _cell(page, pretend.NAME, Column.LICENCE) == "CC-BY-NC-4.0 · not for commercial use"
    assert _cell(page, pretend.NAME, Column.STATE) == "not installed"
    assert _cell(page, pretend.NAME, Column.SPEED) == "not known"
    assert _cell(page, BUILT_IN_MODEL, Column.LANGUAGES) == "any language"


@pytest.mark.usefixtures("inline")
def test_details_show_every_value_and_its_origin(page, models, qtbot):
    """The chosen model's source, revision, speed and profile are all on the page."""
    _install(models)
    page.models.dialog.choose(pretend.NAME)
    page.models._controller.refresh()
    qtbot.waitUntil(lambda: _cell(page, pretend.NAME, Column.STATE) == "installed")
    texts = [label.text() for label in page.models.dialog.details.widget().findChildren(QLabel)]
    for expected in (
        pretend.REPOSITORY,
        "0123456789abcdef0123456789abcdef01234567",
        "12 passages a second (measured on this computer)",
        "device",
        "cpu",
        "the fastest when it was tried",
    ):
        assert expected in texts


def test_speeds_are_estimated_only_when_asked_for(page, qtbot, monkeypatch):
    """A click measures in the background; until then nothing is measured."""
    monkeypatch.setattr("core.models.models.estimated_speed", lambda _shape: 3.25)
    monkeypatch.setattr("core.models.models.missing_part", lambda _parts: "")
    monkeypatch.setattr("core.models.models.encoder_speed", lambda _encoder: 5000.0)
    assert _cell(page, pretend.NAME, Column.SPEED) == "not known"
    page.models.dialog._estimate.click()
    assert not page.models.dialog._estimate.isEnabled()
    qtbot.waitUntil(lambda: _cell(page, pretend.NAME, Column.SPEED) == "about 3.3 passages/s")
    assert _cell(page, BUILT_IN_MODEL, Column.SPEED) == "5,000 passages/s"
    assert page.models.dialog._estimate.isEnabled()


def test_a_missing_part_is_told_with_what_to_type(page, qtbot, monkeypatch):
    """Where a part of Mikke is missing the page says so, and neither installs nor uses."""
    monkeypatch.setattr("core.models.parts.missing_part", lambda _parts: "japanese")
    page.models._controller.refresh()
    page.models.dialog.choose(pretend.NAME)
    note = page.models.dialog._note
    qtbot.waitUntil(lambda: "japanese" in note.text())
    assert "tasks.py run --models" in note.text()
    assert not page.models.dialog._install.isEnabled()
    page.models.dialog.choose(BUILT_IN_MODEL)
    assert note.text() == ""


# --- Installing ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("inline")
def test_nothing_is_fetched_without_a_yes(page, hub, models, qtbot):
    """Source, licence, restriction, size and space are named; no fetches nothing, yes installs."""
    dialog = page.models.dialog
    dialog.choose(pretend.NAME)
    dialog._install.click()
    box = _question(page, "confirmInstall")
    told = box.text() + box.informativeText()
    for expected in (pretend.REPOSITORY, "CC-BY-NC-4.0", "not for commercial use", "1.0 MB", "are free in"):
        assert expected in told
    assert "only time that Mikke goes online" in told
    _no(box)
    qtbot.wait(50)
    assert not hub.asked
    assert not models.folder.exists()
    dialog._install.click()
    _yes(_question(page, "confirmInstall"))
    qtbot.waitUntil(lambda: _cell(page, pretend.NAME, Column.STATE) == "installed", timeout=_PATIENCE_MS)
    assert "Tiny ColBERT is installed" in dialog.banner.accessibleName()
    assert not dialog._bar.isVisible()


def test_a_download_shows_its_progress_and_is_cancelled(page, hub, models, qtbot):
    """Bytes of bytes while it runs; after a click on Cancel it ends and nothing is installed."""
    hub.slow_s = 0.2
    page.models._controller.install(pretend.NAME)
    dialog = page.models.dialog
    assert dialog._bar.isVisible()
    assert not dialog._from_folder.isEnabled()
    qtbot.waitUntil(lambda: "of 300" in dialog._progress_text.text(), timeout=_PATIENCE_MS)
    dialog._stop.click()
    qtbot.waitUntil(lambda: not page.models._controller.installing, timeout=_PATIENCE_MS)
    assert not dialog._bar.isVisible()
    assert not models.models.get(pretend.NAME).installed


@pytest.mark.usefixtures("inline")
def test_a_failed_installation_is_told_on_the_page(page, hub, qtbot):
    """Without a network the page says so, and what helps."""
    hub.down = 404
    page.models._controller.install(pretend.NAME)
    banner = page.models.dialog.banner
    qtbot.waitUntil(lambda: "could not be fetched" in banner.accessibleName(), timeout=_PATIENCE_MS)
    assert "install a copy" in banner.accessibleName()


@pytest.mark.usefixtures("inline")
def test_a_copy_is_installed_from_a_folder(page, hub, tmp_path, qtbot):
    """A folder with a checkpoint becomes a model of one's own, without the network."""
    folder = tmp_path / "my-model"
    folder.mkdir()
    for name in pretend.WANTED:
        (folder / name).write_bytes(pretend.files(1000)[name])
    page.models._controller.install_from(folder)
    qtbot.waitUntil(lambda: page.models.table.rowCount() == 5)
    assert page.models.dialog.chosen().name == "my-model"
    assert not hub.asked


# --- Using and removing ----------------------------------------------------------------------------


@pytest.mark.usefixtures("inline")
def test_using_a_model_says_what_it_costs(page, models, collection, qtbot):
    """Passages, time at the measured speed, which languages it lacks and which model has them are told."""
    _install(models, ENGLISH)
    collection.languages = {Language("ja"): 3, Language("en"): 2}
    page.library.refresh()
    page.models._controller.refresh()
    page.models.dialog.choose(ENGLISH)
    qtbot.waitUntil(page.models.dialog._use.isEnabled)
    qtbot.waitUntil(lambda: bool(page.models._status.languages))
    page.models.dialog._use.click()
    told = _question(page, "confirmUse").informativeText()
    assert "5 passages, which takes less than a minute at 12 passages/s" in told
    assert "“Built in: words and parts of words” keeps answering" in told
    assert "not trained for Japanese" in told
    assert "These models were: Mikke's own: meaning in many languages, Tiny ColBERT" in told
    _no(_question(page, "confirmUse"))
    assert collection.called("use_model") == []
    page.models.dialog._use.click()
    _yes(_question(page, "confirmUse"))
    qtbot.waitUntil(lambda: _cell(page, ENGLISH, Column.STATE) == "answers now")
    assert collection.called("use_model") == [ENGLISH]


@pytest.mark.usefixtures("inline")
def test_a_switch_is_given_up(page, models, collection, qtbot):
    """While another model is being prepared, the one that answers can be kept."""
    _install(models)
    page.models._controller.refresh()
    collection.encoding_s = 0.3
    page.models.use(pretend.NAME)
    qtbot.waitUntil(lambda: str(_cell(page, pretend.NAME, Column.STATE)).startswith("next: "))
    page.models.dialog.choose(BUILT_IN_MODEL)
    qtbot.waitUntil(page.models.dialog._use.isEnabled)
    page.models.dialog._use.click()
    _yes(_question(page, "confirmGiveUp"))
    qtbot.waitUntil(lambda: collection.called("use_model") == [pretend.NAME, BUILT_IN_MODEL])
    qtbot.waitUntil(lambda: _cell(page, pretend.NAME, Column.STATE) == "installed")


@pytest.mark.usefixtures("inline")
def test_a_model_in_use_is_not_removed(page, models, collection, qtbot):
    """Removing asks; what the library needs is refused with the reason, anything else is deleted."""
    _install(models)
    collection.model = pretend.NAME
    page.library.refresh()
    page.models._controller.refresh()
    dialog = page.models.dialog
    dialog.choose(pretend.NAME)
    qtbot.waitUntil(dialog._remove.isEnabled)
    dialog._remove.click()
    _yes(_question(page, "confirmRemoval"))
    qtbot.waitUntil(lambda: "is needed" in dialog.banner.accessibleName())
    assert models.models.get(pretend.NAME).installed
    collection.model = BUILT_IN_MODEL
    page.library.refresh()
    dialog._remove.click()
    _yes(_question(page, "confirmRemoval"))
    qtbot.waitUntil(lambda: _cell(page, pretend.NAME, Column.STATE) == "not installed")


# --- The warning -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("japanese", "warned"), [(1, True), (0, False)], ids=["large", "none"])
@pytest.mark.usefixtures("inline")
def test_a_large_language_without_a_model_is_warned_of_once(
    make_desk, models, collection, qtbot, japanese, warned
):
    """From a fifth of the passages on the window warns, names a better model, and does not say it again."""
    _install(models, ENGLISH)
    collection.model = ENGLISH
    collection.languages = {Language("en"): 4, Language("ja"): japanese}
    desk = make_desk(collection)
    banner = desk.window.banner
    qtbot.waitUntil(lambda: desk.models._controller.list.get(ENGLISH) is not None)
    qtbot.waitUntil(lambda: desk.models._status is not None)
    qtbot.wait(50)
    assert banner.isVisible() is warned
    if warned:
        assert "Tiny ColBERT" in banner.accessibleName()
        banner._action.click()
        assert desk.models.dialog.isVisible()
        banner.dismiss()
        desk.library.refresh()
        qtbot.wait(100)
        assert not banner.isVisible()


@pytest.mark.parametrize("languages", [{"xx": 5}, {"ja": 3, "xx": 2}])
@pytest.mark.usefixtures("inline")
def test_no_warning_where_no_model_would_help(make_desk, models, collection, qtbot, languages):
    """Where no model covers all the large languages of a library there is nothing to recommend."""
    _install(models, ENGLISH)
    collection.model = ENGLISH
    collection.languages = {Language(code): count for code, count in languages.items()}
    desk = make_desk(collection)
    qtbot.waitUntil(lambda: desk.models._controller.list.get(ENGLISH) is not None)
    qtbot.wait(50)
    assert not desk.window.banner.isVisible()


# --- Words -----------------------------------------------------------------------------------------


def test_every_language_of_a_published_model_has_a_name():
    """No person reads a code where a name exists."""
    codes = {code for published in PUBLISHED for code in published.languages}
    assert codes == {code for code, _ in named_languages()}
    assert language_name(Language("ja")) == "Japanese"
    assert language_name(Language("tlh")) == "tlh"
    assert language_list([Language("ja"), Language("en")]) == "English, Japanese"


@pytest.mark.parametrize(
    ("speed", "measured", "expected"),
    [
        (12.4, True, "12 passages/s"),
        (3.25, False, "about 3.3 passages/s"),
        (0.041, False, "about 0.041 passages/s"),
    ],
)
@pytest.mark.usefixtures("qapp")
def test_speeds_say_no_more_than_is_known(language, speed, measured, expected):
    """Two digits at most of a small number; "about" for what is estimated."""
    language("en")
    model = Model(
        name=ModelName("m"),
        title="M",
        languages=None,
        licence="",
        restriction="",
        repository="",
        revision="",
        bytes=0,
        installed=True,
    )
    words = ModelWords()
    assert words.short_speed(replace(model, passages_per_second=speed, measured=measured)) == expected
    assert words.licence(model) == "not known"
    assert words.languages(model) == "not known"


@pytest.mark.parametrize(("done", "total", "expected"), [(0, 0, 100), (1, 3, 33), (999, 1000, 99)])
def test_a_switch_is_not_whole_before_it_is(done, total, expected):
    """Percentages are rounded down."""
    assert percent(ModelSwitch(model=ModelName("m"), done=done, total=total)) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(20, "less than a minute"), (90, "about 2 minutes"), (3600, "about 1 hour"), (400_000, "about 5 days")],
)
@pytest.mark.usefixtures("qapp")
def test_durations_are_rough(language, seconds, expected):
    """An estimate has one unit."""
    language("en")
    assert ModelWords().duration(seconds) == expected


def test_a_library_with_the_built_in_model_is_offered_more(page, collection, qtbot):
    """One click lets the model of Mikke's own take over; from then on nothing is offered."""
    offer = page.models.dialog.offer
    qtbot.waitUntil(offer.isVisible)
    offer.button.click()
    qtbot.waitUntil(lambda: collection.called("use_model") == [OWN_MODEL])
    qtbot.waitUntil(lambda: not offer.isVisible())
    qtbot.waitUntil(lambda: _cell(page, OWN_MODEL, Column.STATE) == "answers now", timeout=_PATIENCE_MS)
    assert not offer.isVisible()


def test_a_damaged_model_of_our_own_is_not_offered(page, tmp_path, qtbot):
    """It says that it is damaged, and can neither be used nor removed."""
    (tmp_path / "own_model" / OWN_RECORD).write_text("{")
    page.models._controller.refresh()
    qtbot.waitUntil(lambda: _cell(page, OWN_MODEL, Column.STATE) == "damaged")
    dialog = page.models.dialog
    dialog.choose(OWN_MODEL)
    assert not dialog.offer.isVisible()
    assert not any(button.isEnabled() for button in (dialog._use, dialog._remove, dialog._install))


def test_that_another_model_had_to_answer_is_said_once(make_desk, collection, qtbot):
    """Why, and what can be done; dismissed, it stays away."""
    collection.fell_back = ModelDamagedError(OWN_MODEL, "model.safetensors is not as it was made")
    desk = make_desk(collection)
    qtbot.waitUntil(desk.window.banner.isVisible)
    assert "cannot be opened" in desk.window.banner._title.text()
    assert "model.safetensors is not as it was made" in desk.window.banner._detail.text()
    desk.window.banner.dismiss()
    with qtbot.waitSignal(desk.library.status_changed):
        desk.library.refresh()
    assert not desk.window.banner.isVisible()
