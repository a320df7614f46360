"""Sentences in many languages and scripts, and texts that tokenizers stumble over."""

SENTENCES = {
    "ja": "東京都の図書館で、㍿ミッケの（古い）ﾃﾞｰﾀを２０２４年に検索しました。",
    "zh": "我们昨天在北京大学的图书馆里找到了一本旧书。",
    "ko": "어제 서울에 있는 도서관에서 오래된 책을 찾았습니다.",
    "en": "The quick brown fox's invoice wasn't paid (see page 12).",
    "de": "Größere Häuser in der Straße kosten über 300.000 €.",
    "fr": "L'élève a trouvé son œuvre à l'école, où ça ?",
    "es": "¿Dónde está el niño que encontró la carta ayer?",
    "it": "Perché l'università non è più aperta la domenica?",
    "pt": "A reunião começa às três horas da manhã, não é?",
    "ru": "Ещё вчера мы нашли старую книгу в библиотеке.",
    "uk": "Їхній поїзд зупиняється біля нової бібліотеки.",
    "ar": "وَجَدْتُ الكِتَابَ القديم في مكتبة المدينة.",
    "fa": "دیروز کتاب‌های قدیمی را در کتابخانه پیدا کردیم.",
    "he": "מָצָאנוּ ספר ישן בספרייה של העיר.",
    "hi": "हमें कल पुस्तकालय में एक पुरानी किताब मिली।",
    "th": "เมื่อวานเราพบหนังสือเก่าที่ห้องสมุดน้ำใจ",
    "vi": "Hôm qua chúng tôi tìm thấy một quyển sách cũ ở thư viện.",
    "el": "Χθες βρήκαμε ένα παλιό βιβλίο στη βιβλιοθήκη.",
    "tr": "İstanbul'da eski bir kitabı kütüphanede bulduk, ılık çay içtik.",
    "id": "Kemarin kami menemukan buku tua di perpustakaan.",
    "bn": "গতকাল আমরা গ্রন্থাগারে একটি পুরোনো বই পেয়েছি।",
    "ta": "நேற்று நூலகத்தில் ஒரு பழைய புத்தகத்தைக் கண்டோம்.",
    "te": "నిన్న మేము గ్రంథాలయంలో పాత పుస్తకం కనుగొన్నాము.",
    "ka": "გუშინ ბიბლიოთეკაში ძველი წიგნი ვიპოვეთ.",
    "hy": "Երեկ գրադարանում հին գիրք գտանք։",
    "am": "ትናንት በቤተ መጻሕፍት አሮጌ መጽሐፍ አገኘን።",
    "sw": "Jana tulipata kitabu cha zamani katika maktaba.",
    "no": "I går fant vi en gammel bok på biblioteket i Ålesund.",
    "cs": "Včera jsme v knihovně našli příliš žluťoučkého koně.",
    "pl": "Wczoraj znaleźliśmy starą książkę w bibliotece w Łodzi.",
}

ODD = (
    "東京", "は", " ", "  ", "\n", "\r\n", "\t", "\u3000", "\u00a0", "ＡＢＣ", "㍿", "ｶﾞ", "ﾊﾟ", "e\u0301", "é",
    "Hello", "!", "。", "🙂", "👩\u200d👧", "❤\ufe0f", "\u200b", "\u00ad", "\ufeff", "각", "ᄀ\u1161\u11a8",
    "กำ", "हिन्दी", "क़", "العَرَبِيَّة", "İ", "ﬁ", "\u0301", "\u0323\u0301", "▁", "##", "a" * 101, "\x01", "\x7f",
    "\u2028", "\x85", "中国", "ɐ", "𠮷", "ヴ", "\u3099", "½", "…", "①", "¨", "\u0344",
    "\ud800", "葛\U000e0100",
)  # fmt: skip
LITERALS = (
    "[MASK]", " [MASK] ", "[PAD]", "[CLS]", "[SEP]", "[UNK]", "[unused0]", "[unused1]", "<mask>", " <mask> ",
    "<s>", "</s>", "<pad>", "<unk>", "[QueryMarker]", " [DocumentMarker]", "［ＭＡＳＫ］", "[mask]",
)  # fmt: skip
