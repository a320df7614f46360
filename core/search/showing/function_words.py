"""Here is a word of a question: does it ask, or only hold the sentence together?

Nobody expects an answer to contain "what" or "wie viele". Encoders tell such words by their weight where
they can; networks that weigh all tokens alike cannot. So the small closed classes (question words,
auxiliaries, the commonest prepositions and pronouns) of widely written languages stand here, folded.
"""

from __future__ import annotations

from functools import lru_cache

from core.domain import Span
from core.folding.fold import fold
from core.search.showing.words import Script, find_words

_SPACED = """
what which who whom whose when where why how many much long often does do did doing is are was were be been
being am has have had having can could will would shall should may might must the and or but not nor if than
then that this these those there here for from with without into onto about of off at by to in on as it its
they them their he him his she her we us our you your i me my any some all also give tell find show kind
sort
an between during after before under over such please explain describe name called what's who's

wer wen wem wessen was welche welcher welches welchen welchem wann wo woher wohin warum weshalb wieso wie
viel viele vielen wieviel wozu womit wofür wodurch wobei worin worauf woraus wonach ist sind war waren wird
werden wurde wurden worden hat haben hatte hatten kann können konnte konnten soll sollen sollte muss müssen
musste darf gibt gab der die das den dem des ein eine einer einen einem eines und oder aber nicht kein keine
für von vom mit ohne zum zur zu im in an am auf aus bei bis durch gegen nach seit über um unter vor zwischen
als auch dass es er sie ihr ihre ihren sein seine seinen sich man wenn dieser diese dieses ab nennen

qui que quoi quel quelle quels quelles quand où pourquoi comment combien lequel laquelle est sont était
étaient sera été a ont avait avoir être peut peuvent fait le la les l' un une des du de et ou mais ne pas
dans sur sous avec sans pour par en au aux ce cet cette ces il elle ils elles on se son sa ses leur leurs
c'est qu'est est-ce d'où entre chez après avant

quien quién quienes quiénes que qué cual cuál cuales cuáles cuando cuándo donde dónde como cómo cuanto
cuánto
cuanta cuánta cuantos cuántos cuantas cuántas porque por es son era eran fue fueron ser sido está están ha
han había hay puede pueden tiene tienen tenía el la los las lo un una unos unas y o pero no de del al a en
con sin para entre sobre desde hasta se su sus le les este esta esto ese esa qual quais quem onde quando
quanto quanta quantos quantas porquê é são foi foram está estão há tem têm tinha o os as um uma e ou mas não
do da dos das no na nos nas ao aos com sem pelo pela seu sua seus suas

chi che cosa quale quali quando dove perché come quanto quanta quanti quante è sono era erano fu furono
stato stata stati ha hanno aveva può possono il lo gli i un uno una e o ma non di del della dei delle dello
degli da dal dalla in nel nella con su per tra fra si suo sua suoi sue cos'è qual dov'è

wie wat welke welk wanneer waar waarom hoe hoeveel is zijn was waren wordt worden werd werden heeft hebben
had hadden kan kunnen de het een en of maar niet van voor met zonder in op aan bij door naar uit over om te
dat die dit deze hij zij ze haar hun vem vad vilken vilket vilka när var varför hur många mycket är som och
hvem hva hvad hvilken hvilket hvilke hvor når hvorfor hvordan mange mye er et en den det

cine ce care când unde cum cât câtă câți câte cui căruia cărei cărui pe de din la în cu pentru prin este
sunt
era erau fost fi a au avea are este-i și sau dar nu un o al ai ale lui ei lor se își sa său

kto kogo komu co czego jaki jaka jakie jaki który która które których kiedy gdzie dlaczego jak ile iloma
jest
są był była było byli czy w z na do od po za przez dla i oraz lub nie się kdo co který která které jaký jaká
jaké kdy kde proč kolik je jsou byl byla bylo byly ve ze

кто кого кому кем что чего чему чем какой какая какое какие каких каким какую какова каково который которая
которое которые когда где куда откуда почему зачем как сколько чей чья был была было были есть быть ли в во
на с со из к ко у о об от до по за для при и или а но не он она оно они его ее их это этот эта эти между хто
що який яка яке які яких коли де куди чому скільки чи є був була було були та й і у від до як кой коя кое
кои какво къде кога защо колко е са беше бяха

ποιος ποια ποιο ποιοι ποιες ποιον ποιου ποιας τι πότε πού που γιατί πώς πως πόσο πόση πόσος πόσοι πόσες πόσα
πόσους από με για σε στο στη στην στον στα στις στους του της των το τα τον την τους τις ο η οι και ή είναι
ήταν έχει έχουν είχε είχαν ένα ένας μια θα να δεν κατά μεταξύ

ne neyi nedir kim kimin kimi kime hangi hangisi nerede nereye nereden nasıl niçin neden niye kaç kadar zaman
mi mı mu mü ve veya ile için bir bu şu o da de olarak olan oldu olur idi vardır var gibi tarafından

ما ماذا من مَن هو هي هل كم كيف متى أين لماذا لمن لما أي أية أيّ الذي التي الذين في على إلى عن مع بين بعد
قبل كان
كانت يكون تكون تم هذا هذه ذلك تلك و أو لا لم لن قد أن إن ثم وما ومن وكم بماذا مما عما فيما چه چی کی کجا
چرا چگونه
چند چقدر کدام است بود شد می در به از با را که این آن و یا برای

क्या कौन किस किसे किसने किसका किसकी किसके किन कब कहाँ कहां क्यों कैसे कैसा कैसी कितना कितनी कितने कौनसा सा से
सी है हैं था थी थे हो हुआ हुई हुए होता होती होते गया गई गए किया की का के को में पर ने से और या एक यह वह ये वे
इस उस जो तक लिए द्वारा बीच साथ नाम कर करता करते करने रहा रही रहे जाता जाती जाते

누가 왜 뭐 있는 있나 있나요 있는가 하는 한 된 되는 것 것은 것이 수 및

ai gì nào đâu nơi khi sao tại bao nhiêu lâu thế là có được bị của và hay hoặc trong ngoài trên dưới với cho
từ đến bởi vì những các một này đó siapa apa apakah mana manakah kapan bilamana di dimana mengapa kenapa
bagaimana berapa yang adalah dan atau dari ke dengan untuk pada oleh ini itu

mitä mikä mitkä kuka ketkä milloin missä mistä mihin miksi miten kuinka monta paljon on ovat oli olivat
ja tai
mi mik ki kik mikor hol hova honnan miért hogyan hány mennyi melyik melyek van vannak volt voltak az a
és vagy
מה מי מתי איפה היכן לאן מדוע למה כיצד איך כמה איזה איזו אילו הוא היא של את על אל עם בין
"""

_UNSPACED = """
何 誰 幾 何年 何人 何故 何時 何処 何月 何日 何歳 何者 何語 何族 什么 什麼 甚么 谁 誰 哪 哪里 哪裡 哪个
哪些 多少 怎么 怎麼 怎样 怎樣
如何 为什么 為什麼 为何 為何 何时 何時 何地 几 幾 是否 吗 嗎 呢 了 的 在 是 和 与 與 及 被 这 這 那
อะไร ใคร ที่ไหน ไหน เมื่อไร เมื่อไหร่ เมื่อใด ทำไม อย่างไร อย่างไรบ้าง กี่ ใด เท่าไร เท่าไหร่ เท่าใด เหตุใด
หรือไม่ หรือ และ ของ ที่ ใน จาก กับ เป็น คือ ได้ ให้ ว่า มี ถูก โดย ซึ่ง จะ การ ความ ไป มา อยู่ แล้ว ไม่ นี้
นั้น ผู้ บ้าง
"""

KOREAN_STEMS = ("무엇", "누구", "언제", "어디", "어떻", "어떤", "어느", "얼마", "무슨", "몇")
"""Korean question words; whatever is written onto them belongs to the question."""

SPACED: frozenset[str] = frozenset(fold(word).text for word in _SPACED.split())
"""Whole words, folded."""

UNSPACED: frozenset[str] = frozenset(fold(word).text for word in _UNSPACED.split())
"""Stretches of text without spaces, folded."""


@lru_cache(maxsize=16)
def function_words(question: str) -> tuple[Span, ...]:
    """The words of a question, in scripts with spaces, that only hold it together; in order.

    None of them is an abbreviation: the IT of `IT policy` is asked for, unless all is in capitals.
    """
    words, shouted = find_words(question), question.upper() == question
    found = []
    for number, (span, script) in enumerate(words):
        word, written = words.written(number), question[span.start : span.end]
        abbreviation = len(written) > 1 and written.isupper() and not shouted
        if script is Script.SPACED and not abbreviation and (word in SPACED or word.startswith(KOREAN_STEMS)):
            found.append(span)
    return tuple(found)
