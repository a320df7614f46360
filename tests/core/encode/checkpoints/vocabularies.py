"""Small vocabularies: Japanese, English, German, Chinese and Arabic sentences fall into varied pieces."""

from __future__ import annotations

import string


def _words(text: str) -> list[str]:
    return text.split()


JAPANESE = _words(
    "日本 日本語 東京 京都 大阪 会社 学校 学生 先生 電車 新幹線 時間 今日 明日 昨日 天気 雨 雪 山 川 海 "
    "空 本 図書館 研究 大学 検索 文書 文章 言葉 質問 回答 機械 学習 情報 技術 政府 経済 歴史 文化 世界 "
    "国 人 人口 首都 都市 駅 食べ 飲み 見る 行く 来る する した して いる います ます です でした ある "
    "あります ない こと もの ため から まで より など として について において による という どこ いつ "
    "何 誰 なぜ どう とても 美しい 高い 低い 大きい 小さい 新しい 古い 速い コンピュータ データ "
    "ファイル システム インターネット モデル ラーメン コーヒー 株式会社 令和 平成 富士山 の は が を に "
    "で と も へ や か ね よ な だ"
)

KANJI = (
    "一二三四五六七八九十百千万円年月火水木金土上中下左右前後内外男女子父母兄弟姉妹友名目耳口手足力気心"
    "体顔頭声花草竹森林石田町村市県道橋門車船馬牛犬猫鳥魚虫米茶肉野菜朝昼夜春夏秋冬東西南北方角番号話語"
    "読書聞見思考知言記説意味字漢英数算理科社会法律政治業農工商産物品店買売料値安高多少長短広狭早遅強弱"
    "明暗白黒赤青黄色光音楽画映写真旅館宿泊駅空港飛行機自動転運歩走止入出開閉始終休働作使用持待立座寝起"
    "食飲"
)

KANA = "".join(map(chr, [*range(0x3041, 0x3094), *range(0x30A1, 0x30F5), 0x30FC]))

JAPANESE_MARKS = "。、「」『』・…〜々〆"

CHINESE = (
    "我们你们他们中国北京上海什么时候这个那个可以没有已经因为所以如果但是还是就是今天明天学习汉语电脑网"
    "络图书馆问题"
)

ENGLISH = _words(
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had "
    "an they which one you were all her she there would their we him been has when who will no more if "
    "out so up said what its about than into them can only other time new some could these two may "
    "first then do any like my now over such our man me even most made after also did many before must "
    "well back through years where much way down should because long each just state people those too "
    "mr how little good world make very year still see own work men day get here old life both between "
    "being under three never know same last another while us off might great go come since against "
    "right came take used himself few house american use place during high without again home around "
    "small however search engine document query library file folder model network language token vector "
    "index page passage cost price invoice contract report meeting train station mountain river "
    "university science history computer data science weather quick brown fox jumps lazy dog where "
    "capital japan germany paris london running tested testing tokens"
)

GERMAN = _words(
    "der die das und ist nicht ein eine einer mit von zu den dem auf für im sich auch als wie wird "
    "werden über nach bei aus oder haben hat sind war kann können muss wenn aber Straße Häuser "
    "Rechnung Vertrag Bahnhof Berg Fluss Universität Geschichte Sprache Bibliothek Suche Frage Antwort "
    "Wetter Zug Stadt Hauptstadt Deutschland größer schön"
)

ARABIC = _words("في من على إلى هذا هذه التي الذي كان العربية اللغة مدينة كتاب بحث سؤال ما هي عاصمة")

ENDINGS = _words("s ed ing er ly al tion ion en es ung keit lich ment ness able th st nd rd ers ings ation")

PUNCTUATION = string.punctuation

ALPHANUMERIC = string.ascii_lowercase + string.ascii_uppercase + string.digits

UNIGRAM_SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")

_DIACRITICS = "äöüÄÖÜßéèêàçñóíáú"


def jacolbert_pieces() -> list[str]:
    """As cl-tohoku/bert-japanese orders its own: specials, unused, characters, pieces. Case is kept.

    「ヴ」 and the rarer kanji are missing on purpose: they become [UNK].
    """
    single = [*PUNCTUATION, *ALPHANUMERIC, *KANA, *KANJI, *JAPANESE_MARKS, *_DIACRITICS, *CHINESE]
    words = [*JAPANESE, *ENGLISH, *(word.capitalize() for word in ENGLISH[:60]), *GERMAN]
    inner = [
        *ALPHANUMERIC,
        *KANA,
        *KANJI,
        *_DIACRITICS,
        *ENDINGS,
        "##",
        "学",
        "員",
        "会",
        "タ",
        "ーク",
        ".",
        "-",
        "=",
    ]
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"[unused{number}]" for number in range(10))]
    return _unique([*specials, *single, *words, *(f"##{piece}" for piece in inner if piece != "##")])


def uncased_pieces() -> list[str]:
    """As bert-base-uncased orders its own: [PAD] 0, unused from 1, [UNK] 100, [CLS], [SEP], [MASK] 103."""
    unused = [f"[unused{number}]" for number in range(110)]
    specials = ["[PAD]", *unused[:99], "[UNK]", "[CLS]", "[SEP]", "[MASK]", *unused[99:]]
    letters = string.ascii_lowercase + string.digits
    single = [*PUNCTUATION, *letters, *KANA, *KANJI[:80], *JAPANESE_MARKS, *"ßæø", *"".join(ARABIC)]
    words = [word.lower() for word in (*ENGLISH, *GERMAN) if word.isascii()]
    inner = [*letters, *KANA, *ENDINGS, *"".join(ARABIC)]
    return _unique([*specials, *single, *words, *(f"##{piece}" for piece in inner)])


def unigram_pieces() -> list[tuple[str, float]]:
    """As XLM-R orders its own: specials, then by score, ▁ where a word begins; `<mask>` comes after them."""
    latin = [*ENGLISH, *(word.capitalize() for word in ENGLISH[:60]), *GERMAN, *ARABIC]
    words = _unique(
        [",", ".", "▁", *(f"▁{word}" for word in latin), *JAPANESE, *(f"▁{word}" for word in JAPANESE[:30])]
    )
    parts = _unique(
        [*ENDINGS, "▁(", '▁"', "▁-", "▁<", "...", "!!", "▁「", "です。", "ました", "コン", "学生"]
    )
    single = _unique(
        [
            *PUNCTUATION,
            *ALPHANUMERIC,
            *KANA,
            *KANJI,
            *JAPANESE_MARKS,
            *_DIACRITICS,
            *CHINESE,
            *"".join(ARABIC),
            "€",
            "🙂",
        ]
    )
    scored = [(piece, -3.0 - number * 0.01) for number, piece in enumerate(words)]
    scored += [(piece, -9.0 - number * 0.01) for number, piece in enumerate(parts)]
    scored += [(piece, -10.0 - number * 0.002) for number, piece in enumerate(single)]
    best: dict[str, float] = {}
    for piece, score in scored:
        best.setdefault(piece, round(score, 4))
    return [*((special, 0.0) for special in UNIGRAM_SPECIALS), *best.items()]


def _unique(pieces: list[str]) -> list[str]:
    return list(dict.fromkeys(pieces))
