"""Sentences in ten languages, written for these tests, with the legacy encodings of each."""

from __future__ import annotations

SENTENCES = {
    "ja": "朝早く起きて、近くの公園を散歩しました。桜の花がとてもきれいで、写真をたくさん撮りました。",
    "zh-hans": "我们在图书馆里找到了一本旧书，书里写的是这座城市的历史。你有时间可以来看看。",
    "zh-hant": "我們在圖書館裡找到了一本舊書，書裡寫的是這座城市的歷史。你有時間可以來看看。",
    "ko": "우리는 어제 도서관에서 오래된 책을 한 권 찾았다. 그 책에는 이 도시의 역사가 적혀 있었다.",
    "de": "Die Bücher stehen im großen Regal über dem Schreibtisch; für die Prüfung müssen wir üben.",
    "fr": "À l'été dernier, nous avons visité un château près de la forêt, où les élèves étaient fatigués.",
    "es": "El niño pequeño comió una manzana en el jardín, y después cantó con su mamá. ¿Qué más?",
    "ru": "Вчера вечером мы нашли в библиотеке старую книгу об истории этого города.",
    "pl": "Wczoraj w bibliotece znaleźliśmy starą książkę o historii miasta. Żółta łódź płynęła rzeką.",
    "th": "เมื่อวานนี้เราพบหนังสือเก่าเล่มหนึ่งในห้องสมุด หนังสือเล่มนั้นเล่าประวัติของเมืองนี้",
}
ENCODINGS = {
    "ja": ("cp932", "euc_jp", "iso2022_jp"),
    "zh-hans": ("gb18030", "gbk"),
    "zh-hant": ("big5",),
    "ko": ("cp949", "euc_kr", "iso2022_kr"),
    "de": ("cp1252", "latin_1", "cp850"),
    "fr": ("cp1252", "mac_roman"),
    "es": ("cp1252", "iso8859_15"),
    "ru": ("cp1251", "koi8_r", "cp866"),
    "pl": ("cp1250", "iso8859_2"),
    "th": ("cp874",),
}
