"""Words for code that stays as it is, in the languages that people and models write comments in: data, no logic."""

from __future__ import annotations

import re

from darner_server.patch.lazy_pattern import lazy_pattern

WORD = lazy_pattern(r"[^\W\d_]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text))


# Words for something that is as it was; for which part; and for what the part is.
STAYS = _words(
    "unchanged untouched unmodified unaltered intact omitted elided snipped snip brevity unverändert unveraendert "
    "weggelassen ausgelassen inchangé inchangée inchangés omis inalterado inalterada omitido omitida invariato "
    "invariata omesso ongewijzigd weggelaten oförändrad oförändrat uændret uendret niezmieniony niezmieniona "
    "pominięto nezměněno değişmedi değişmeden neschimbat muuttumaton változatlan неизменно опущено"
)
ALIKE = _words("same identical gleich identisch identique pareil igual idéntico idêntico uguale hetzelfde aynı")
REST = _words(
    "rest remainder remaining restliche restlicher restlichen übrige übriger übrigen reste restant restante resto "
    "restantes rimanente overige resten reszta pozostały pozostała zbytek kalan остальной остальная остальное "
    "остальные решта"
)
EXISTING = _words(
    "existing bestehende bestehender bestehenden vorhandene vorhandener vorhandenen bisherige bisheriger existant "
    "existante existente existentes esistente esistenti bestaande befintlig eksisterende istniejący existující "
    "mevcut существующий существующая наявний"
)
EARLIER = _words("previous original old current other others andere anderen autres otros outros altri")
CODE = _words(
    "code codes implementation logic imports methods functions quelltext importe methoden funktionen méthodes "
    "fonctions código codigo métodos funciones funções codice metodi funzioni koden kod kodu kodun kód код кода "
    "коду методы методов функции"
)
PARTS = _words(
    "file function method class body component module script content contents document template markup import "
    "datei funktion methode klasse inhalt fonction fichier méthode classe función fichero archivo método clase "
    "função arquivo funzione metodo bestand functie funkcji funkcja metoda файл файла функция класс метод style "
    "styles rule rules config configuration setting settings test tests field fields property properties prop "
    "props member members handler handlers route routes endpoint endpoints case cases entry entries line lines "
    "definition definitions declaration declarations statement statements key keys value values section sections "
    "dependency dependencies column columns table tables attribute attributes option options element elements "
    "item items classes variable variables constant constants type types helper helpers job jobs step steps "
    "service services target targets selector selectors query queries part parts block blocks stuff everything "
    "nothing all scripts package sub routine subroutine procedure program mapping map dict view views page screen "
    "model models schema migration suite spec recipe stage stages playbook role roles task tasks manifest "
    "resource resources state store hook hooks effect effects widget widgets layout form menu article chapter "
    "paragraph text logic flow callback callbacks imports namespace trait packages array list object struct "
    "interface enum switch loop header constructor row rows alles tout todo tutto"
)
FILLERS = _words(
    "the this that these those a an of your my our its it and or is are be to for in with as was were not no any "
    "here goes go going stay stays staying remain remains kept keep leave left continue continues exactly still "
    "else change changes changed changing needed required modification modifications modified up above below "
    "before after more clarity simplicity unaffected truncated they both so on insert put place placed at bottom "
    "top end like has have been will would should from s der die das den des dem von bleibt bleiben wie zuvor "
    "vorher oben hier ist sind nicht keine änderung änderungen ändert sich weitere le la les du de l d rien comme "
    "avant ici est sont sans changement changements el los las lo del que queda quedan antes aquí sin cambios "
    "cambio o os dos da do sem alterações alteração mudanças permanece permanecem aqui il gli i dei della dello "
    "prima resta rimane qui senza modifiche come het van blijft als voorheen geen wijzigingen av som förut här "
    "inga ändringar jak poprzednio tutaj bez zmian jako předtím beze změny önceki gibi kısmı без изменений как "
    "раньше прежде здесь остается остаётся остаются то же самое змін як раніше тут"
)
GOES_ON = _words(
    "etc ditto idem dito usw leave leaves left continue continued continues follow follows folgt suit sigue segue "
    "more see so forth proceed proceeds again likewise truncated abbreviated shortened cut usual alike loop keep kept"
)
ALL_WORDS = STAYS | ALIKE | REST | EXISTING | EARLIER | CODE | PARTS | FILLERS
SENTENCE = lazy_pattern(
    r"(?:(?:rest|code|file|function|method|class|everything|nothing|all|it|that|this|else|is|are|the)\s+)*(?:"
    r"same as (?:it was )?before|as before|as (?:it )?was|like before|as is|"
    r"no (?:other |further |more )?changes?(?: here| needed| required| below| above| made)*|not changed|"
    r"nothing(?: else)? change[sd]?(?: here)?|everything else(?: here| as is)|"
    r"keep (?:the )?(?:rest|everything|as is|existing \w+)(?: \w+){0,4}|stays? the same|remains? the same|"
    r"wie (?:zuvor|vorher|gehabt|bisher)|comme avant|sans changements?|sin cambios|sem alterações|come prima|"
    r"senza modifiche|igual que antes|como antes|zoals voorheen|geen wijzigingen|som förut|bez zmian|beze změny|"
    r"без изменений|как раньше|без змін|як раніше)",
    re.IGNORECASE,
)
# Whole comments in a new text in place of code that is not there.
_QUALIFIED = r"(?:other|remaining|rest of (?:the )?|existing|previous|same|further|additional|actual|more)"
_THING = (
    r"(?:code|logic|implementations?|imports?|methods?|functions?|handlers?|routes?|fields?|cases?|columns?|rows?|items?|"
    r"styles?|rules?|tests?|entries|properties|members?|helpers?|getters|setters|content|markup|components?)"
)
STANDS = lazy_pattern(
    r"etc|et cetera|usw|und so weiter|and so (?:on|forth)|snip(?:ped)?(?: here)?|8<|\u2702|\u22ee|"
    rf"same {_THING} as (?:above|before)|"
    rf"(?:(?:add|put|insert|place|the|any|all|and|{_QUALIFIED})\s+)*{_THING}\s+(?:(?:go|goes|come|comes|continues?)\s+)?here|"
    rf"(?:(?:the|all|and|{_QUALIFIED})\s+)*(?:{_THING}[,/&]?\s+(?:and\s+)?)+(?:omitted|elided|left out|not shown)"
    rf"(?: (?:here|for \w+))?|"
    rf"(?:and )?(?:\d+ )?more {_THING} (?:here|follow)|(?:\.\.\.|\u2026)\s*(?:and )?(?:\d+ )?more {_THING}|"
    rf"(?:and )?more {_THING}\s*(?:\.\.\.|\u2026)",
    re.IGNORECASE,
)
# Writings without blanks between words: what stays; the rest, and of what; what joins them.
STAYS_CJK = (
    "省略|略|不变|不變|保持|维持|同上|无变化|未更改|未修改|没有变化|变更なし|変更なし|変更ありません|変更無し|そのまま|同じ|同様|変わらず|"
    "그대로|동일|생략|유지|변경 ?없음|변경 ?사항 ?없음|بدون تغيير|كما هو|كما هي|अपरिवर्तित|पहले जैसा|वैसा ही|"
    "giữ nguyên|không (?:thay )?đổi|như cũ|เหมือนเดิม|ไม่เปลี่ยนแปลง|ללא שינוי|αμετάβλητο"
)
REST_CJK = (
    "其余|其餘|其他|其它|剩余|剩餘|剩下|余下|现有|現有|已有|原有|原来|原來|之前|残り|既存|元|他|その他|나머지|기존|이전|다른|باقي|بقية|"
    "बाकी|मौजूदा|phần còn lại|hiện có|ที่เหลือ|שאר|υπόλοιπος"
)
CODE_CJK = (
    "代码|代碼|程式碼|内容|內容|方法|函数|函數|逻辑|邏輯|实现|實現|文件|部分|导入|コード|メソッド|関数|処理|実装|ファイル|内容|코드|메서드|"
    "함수|부분|파일|구현|الكود|الملف|الدالة|कोड|mã|code|โค้ด|הקוד|κώδικας"
)
JOINS_CJK = (
    "此处|这里|這裡|以上|以下|上面|下面|的|和|与|如|原|都|均|一样|一致|相同|は|と|の|も|が|を|に|です|します|しました|上記|는|은|의|와|과|"
    "합니다|됩니다|함|入ります|있습니다|هو|هي|من|रहेगा|है|của|ο|του"
)
CJK = lazy_pattern(rf"(?:{STAYS_CJK}|{REST_CJK}|{CODE_CJK}|{JOINS_CJK}|[\s。、，,.…:：!！（）()-])+")

# Words that request a removal, and words that request a complete rewrite.
REMOVES = lazy_pattern(
    r"\b(?:remov|delet|drop|renam|eras|strip|prun|eliminat|discard|rip out|get rid|clean up|simplif|shorten|reduc|"
    r"replac|refactor|rewrit|rewrot|restructur|reorgani|merg|combin|consolidat|split|extract|mov(?:e|ing)\b|inlin|"
    r"convert|migrat|unused|dead code|no longer|instead of|trim|condens|dedup|only keep|keep only|lösch|entfern|"
    r"umbenenn|ersetz|supprim|retir|enlev|remplac|renomm|elimin|borr|reemplaz|apag|substitu|rimuov|cancell|sostitu|"
    r"verwijder|usuń|удал|убер|замен|переимен)\w*|删除|移除|去掉|替换|重命名|重写|削除|置き換え|삭제|제거",
    re.IGNORECASE,
)
ANEW = lazy_pattern(
    r"\b(?:from scratch|start over|(?:replac|overwrit|rewrit|rewrot|empt|clear)\w*\s+(?:the\s+|its\s+|all\s+|of\s+)*"
    r"(?:entire|whole|complete|full|contents?|file|everything|all|it)\b|(?:complete|full|total)(?:ly)?\s+(?:rewrit|replac)\w*|"
    r"neu schreiben|komplett ersetzen|réécri\w*|reescrib\w*|riscriv\w*)|重写|書き直",
    re.IGNORECASE,
)
