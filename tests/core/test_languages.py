"""What language a text is in: by its script, by characters of one language only, and by the detector."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain import UNKNOWN_LANGUAGE, Language
from core.languages import BLOCKS, LANGUAGES, NO_LANGUAGE, VARIANTS, Script, _detector, detect

COLBERT_XM = (
    "en", "id", "vi", "ru", "fa", "sv", "ja", "fr", "de", "ro", "ko", "hu", "es", "fi", "uk", "da", "pt",
    "no", "th", "pl", "bg", "nl", "zh", "he", "el", "it", "sk", "hr", "tr", "ar", "cs", "lt", "hi", "ca",
    "ms", "sl", "lv", "ta", "bn", "et", "az", "sq", "sr", "kk", "ka", "tl", "ur", "is", "hy", "ml", "mk",
    "be", "la", "te", "eu", "gl", "mn", "kn", "ne", "sw", "si", "mr", "af", "gu", "cy", "eo", "km", "ky",
    "uz", "ps", "pa", "ga", "ha", "am", "lo", "ku", "so", "my", "or", "sa",
)  # fmt: skip

SENTENCES = {
    "af": "Die kinders het gister in die tuin gespeel terwyl hulle ma kos gemaak het.",
    "ar": "لعب الأطفال في الحديقة أمس بينما كانت أمهم تطبخ الطعام في المطبخ.",
    "be": "Учора дзеці гулялі ў садзе, пакуль іх маці гатавала вячэру на кухні.",
    "bg": "Вчера децата играха в градината, докато майка им готвеше вечерята.",
    "bn": "গতকাল শিশুরা বাগানে খেলছিল যখন তাদের মা রান্না করছিলেন।",
    "cs": "Děti si včera hrály na zahradě, zatímco jejich matka vařila večeři.",
    "de": "Die Kinder haben gestern im Garten gespielt, während ihre Mutter kochte.",
    "en": "The children played in the garden yesterday while their mother was cooking dinner.",
    "es": "Los niños jugaron ayer en el jardín mientras su madre preparaba la cena.",
    "eu": "Haurrek atzo lorategian jolastu zuten, amak afaria prestatzen zuen bitartean.",
    "fa": "بچه‌ها دیروز در باغ بازی می‌کردند در حالی که مادرشان آشپزی می‌کرد.",
    "fi": "Lapset leikkivät eilen puutarhassa, kun heidän äitinsä laittoi ruokaa.",
    "fr": "Les enfants ont joué hier dans le jardin pendant que leur mère préparait le dîner.",
    "hi": "बच्चे कल बगीचे में खेल रहे थे जब उनकी माँ खाना बना रही थी।",
    "hu": "A gyerekek tegnap a kertben játszottak, amíg az anyjuk vacsorát főzött.",
    "it": "Ieri i bambini hanno giocato in giardino mentre la madre preparava la cena.",
    "ja": "昨日、子どもたちは母が夕食を作っている間、庭で遊んでいました。",
    "ko": "어제 아이들은 어머니가 저녁을 준비하는 동안 정원에서 놀았다.",
    "mr": "काल मुले बागेत खेळत होती, तेव्हा त्यांची आई स्वयंपाक करत होती.",
    "no": "Barna lekte i hagen i går mens moren deres laget middag på kjøkkenet.",
    "pl": "Wczoraj dzieci bawiły się w ogrodzie, a ich matka gotowała kolację.",
    "ru": "Вчера вечером дети долго играли во дворе, пока их мать готовила ужин и ждала отца с работы.",
    "sv": "Barnen lekte i trädgården igår medan deras mamma lagade middag.",
    "sw": "Watoto walicheza bustanini jana wakati mama yao alikuwa anapika chakula.",
    "tr": "Çocuklar dün anneleri yemek yaparken bahçede oynadılar.",
    "uk": "Учора діти гралися в саду, поки їхня мати готувала вечерю.",
    "ur": "بچے کل باغ میں کھیل رہے تھے جبکہ ان کی ماں کھانا پکا رہی تھیں۔",
    "vi": "Hôm qua bọn trẻ chơi trong vườn trong khi mẹ chúng nấu bữa tối.",
    "zh": "昨天孩子们在花园里玩耍，他们的母亲在厨房里做晚饭。",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_told(language):
    """A plain sentence is told from all languages, and from all those of a model."""
    assert detect(SENTENCES[language]) == language
    assert detect(SENTENCES[language], among=tuple(map(Language, COLBERT_XM))) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Εγχειρίδιο", "el"), ("Ձեռնարկ", "hy"), ("מדריך", "he"), ("ਕਿਤਾਬ", "pa"), ("પુસ્તક", "gu"),
        ("ପୁସ୍ତକ", "or"),
        ("புத்தகம்", "ta"), ("పుస్తకం", "te"), ("ಪುಸ್ತಕ", "kn"), ("പുസ്തകം", "ml"), ("පොත", "si"), ("คู่มือ", "th"),
        ("ປຶ້ມ", "lo"), ("စာအုပ်", "my"), ("წიგნი", "ka"), ("መጽሐፍ", "am"), ("សៀវភៅ", "km"),
        ("책", "ko"), ("ﾃｽﾄ", "ja"),
    ],
)  # fmt: skip
def test_a_script_of_one_language_needs_one_word(text, language):
    """Letters that one language has to itself tell it at once, whatever `among` says."""
    assert detect(text) == language
    assert detect(text, among=(Language("de"), Language("en"))) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("議事録を探す", "ja"), ("駅前広場", "ja"), ("円相場", "ja"), ("你好", "zh"), ("这本书", "zh"),
        ("他於一九四五年在台北市政府的大樓裡工作", "zh"),
        (
            f"{SENTENCES['zh']}公司的产品叫做“カメラ”，深受各地年轻人的喜爱，每年都会卖出很多台，价格也不算太贵，而且质量很好。",
            "zh",
        ),
        ("自動車保険", "ja"), ("東京", ""), ("学校法人", ""),
    ],
)  # fmt: skip
def test_chinese_and_japanese(text, language):
    """Kana make Japanese, but for a word in a Chinese text; else characters of one of them; else nothing."""
    assert detect(text) == language


def test_among_decides_where_letters_leave_a_choice():
    """Of the languages in question, one is written with these characters: that one."""
    assert detect("東京", (Language("ja"), Language("en"))) == "ja"
    assert detect("東京", (Language("zh"), Language("en"))) == "zh"
    assert detect("hotel", (Language("ja"), Language("de"))) == "de"


def test_among_without_such_letters_is_no_restriction():
    """An English question to a Japanese library is English."""
    assert detect(SENTENCES["en"], (Language("ja"),)) == "en"


@pytest.mark.parametrize(
    "text", ["", " \n\t", "2026-11-21 12:05", "!?…", "3,14 € + 5 %", "🙂🙂", "hotel", "ᚠᚢᚦ"]
)
def test_unknown_where_nothing_can_be_told(text):
    """No letters, letters of no language we know, or one word of many languages: unknown."""
    assert detect(text) == UNKNOWN_LANGUAGE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Google Chromeの使い方", "ja"),
        ("Pythonのconcurrent.futures.ThreadPoolExecutorを使うと、簡単に並列処理ができます。", "ja"),
        ("The word 見つける (mitsukeru) means to find something in Japanese.", "en"),
        ("Установка Visual Studio Code на компьютер с Windows: что нужно знать перед началом", "ru"),
        ("Das Zeichen Ω steht für den Widerstand und wird nach dem griechischen Alphabet benannt.", "de"),
    ],
)
def test_mixed_text_is_what_most_of_it_is(text, language):
    """Names and code in Latin letters change nothing, nor does a foreign word in a sentence."""
    assert detect(text) == language


def test_bokmal_and_nynorsk_are_one():
    """Both Norwegians are `no`, also when only `no` is asked for beside Danish."""
    nynorsk = "Eg veit ikkje korleis dei har funne vegen heim, men no er dei her hjå oss."
    assert detect(nynorsk) == "no"
    assert detect(nynorsk, (Language("no"), Language("da"))) == "no"


def test_every_language_of_colbert_xm_can_be_told():
    """All languages that ColBERT-XM has adapters for are answers, and the detector knows their labels."""
    told = {language for languages in LANGUAGES.values() for language in languages}
    labels = {VARIANTS.get(label, label) for label in _detector().labels}
    assert set(COLBERT_XM) <= told
    assert {language for several in LANGUAGES.values() if len(several) > 1 for language in several} <= labels
    assert NO_LANGUAGE in labels


def test_blocks_are_in_order_and_scripts_have_languages():
    """The blocks ascend without overlap, and each script says what it may stand for."""
    assert all(first <= last for first, last, _ in BLOCKS)
    assert all(before[1] < after[0] for before, after in pairwise(BLOCKS))
    assert set(LANGUAGES) == set(Script)


@given(st.text(max_size=200), st.lists(st.sampled_from(COLBERT_XM), max_size=4))
def test_any_text_has_an_answer(text, among):
    """Whatever the text (lone surrogates too), the answer is one of ours or unknown, and always the same."""
    languages = tuple(map(Language, among))
    answer = detect(text, languages)
    assert answer == detect(text, languages)
    assert answer == UNKNOWN_LANGUAGE or any(answer in several for several in LANGUAGES.values())


def test_threads_get_the_same_answers():
    """Threads that ask for different languages at once do not disturb each other."""
    texts = list(SENTENCES.items()) * 4
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda item: detect(item[1], (Language(item[0]), Language("en"))), texts))
    assert answers == [language for language, _ in texts]


def test_the_detector_is_loaded_by_the_first_ambiguous_text_only():
    """Importing the module and reading Japanese load nothing that a starting window would wait for."""
    code = (
        "import sys; from core.languages import detect; detect('ひらがな'); detect('123');"
        "print([name for name in ('py3langid',) if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "py3langid" not in done.stdout
