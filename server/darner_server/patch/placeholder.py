"""Lines that stand for others: "... existing code ...", "rest unchanged", "same as before", a bare "# ...".

A line that the old text has is none. What may as well be an honest comment counts only where the edit drops lines,
so that something is there for it to stand for.
"""

from __future__ import annotations

import re

from darner_server.patch import linediff

_OPENS = (
    r"(?:#(?!#)|//[/!]?|/\*+|<!--|--(?:\[\[)?|;+|%+|\{\s*/\*|\{#|\{\{!(?:--)?|\(\*|\{-|'|REM\b|::|<%#|<%--|\"\"\"|!+|\*|dnl\b|\"+)"
)
_CLOSES = r"(?:\*+/\s*\}?|--%?>|--\}\}|#\}|\}\}|\*\)|-\}|\]\]|%>|\"\"\")"
_DOTS = r"(?:\.{3,}|…|\. \. \.)"
_COMMENT = re.compile(rf"\s*{_OPENS}\s*(.*?)\s*{_CLOSES}?\s*", re.IGNORECASE)
_BRACKETED = re.compile(r"\s*(?:\[(.*)\]|\((.*)\)|<([^<>/=\"]*)>|\{([^{}:;\"']*)\})\s*")
_MEMBER = re.compile(r"\s*\"((?:[^\"\\]|\\.)*)\"\s*(?::\s*(?:\"((?:[^\"\\]|\\.)*)\"|\{\s*\}|\[\s*\]|null|true))?\s*,?\s*")
_BARE = re.compile(rf"\s*{_OPENS}?\s*[\[(]?\s*{_DOTS}\s*[\])]?\s*{_CLOSES}?\s*", re.IGNORECASE)
_BARE_COMMENT = re.compile(rf"\s*{_OPENS}\s*[\[(]?\s*{_DOTS}\s*[\])]?\s*{_CLOSES}?\s*", re.IGNORECASE)
_DOTTED = re.compile(
    r"(?:\w+\s+){0,3}?(?:existing|rest|remaining|unchanged|same|previous|other|omitted|original|keep|remains?)\b.{0,60}",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"/\*(.*?)\*/|<!--(.*?)-->|(?<=[\s{(:;])(?:#|//)\s*(.*)$")
_LONGEST = 120  # characters: a longer comment says more than that something stays
_WORD = re.compile(r"[^\W\d_]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


# What says that something is as it was; what says which part; and what the part is.
_STAYS = _words(
    "unchanged untouched unmodified unaltered intact omitted elided snipped snip brevity "
    "unverändert unveraendert weggelassen ausgelassen inchangé inchangée inchangés omis inalterado inalterada omitido "
    "omitida invariato invariata omesso ongewijzigd weggelaten oförändrad oförändrat uændret uendret niezmieniony "
    "niezmieniona pominięto nezměněno değişmedi değişmeden neschimbat muuttumaton változatlan неизменно опущено"
)
_ALIKE = _words("same identical gleich identisch identique pareil igual idéntico idêntico uguale hetzelfde aynı")
_REST = _words(
    "rest remainder remaining restliche restlicher restlichen restlicher übrige übriger übrigen reste restant restante resto "
    "restantes rimanente overige resten reszta pozostały pozostała zbytek kalan остальной остальная остальное остальные решта "
    "dernier"
) - {"dernier"}
_EXISTING = _words(
    "existing bestehende bestehender bestehenden vorhandene vorhandener vorhandenen bisherige bisheriger existant existante "
    "existente existentes esistente esistenti bestaande befintlig eksisterende istniejący existující mevcut существующий "
    "существующая наявний"
)
_EARLIER = _words("previous original old current other others andere anderen autres otros outros altri")
_CODE = _words(
    "code codes implementation logic imports methods functions "
    "quelltext importe methoden funktionen méthodes fonctions código codigo métodos funciones funções codice metodi "
    "funzioni koden kod kodu kodun kód код кода коду методы методов функции"
)
_PARTS = _words(
    "file function method class body component module script content contents document template markup import "
    "datei funktion methode klasse inhalt fonction fichier méthode classe función fichero archivo método clase función "
    "função arquivo funzione metodo bestand functie funkcji funkcja metoda файл файла функция класс метод "
    "style styles rule rules config configuration setting settings test tests field fields property properties prop "
    "props member members handler handlers route routes endpoint endpoints case cases entry entries line lines "
    "definition definitions declaration declarations statement statements key keys value values section sections "
    "dependency dependencies column columns table tables attribute attributes option options element elements item "
    "items classes variable variables constant constants type types helper helpers job jobs step steps service services "
    "target targets selector selectors query queries part parts block blocks stuff everything nothing all scripts package "
    "sub routine subroutine procedure program mapping map dict view views page screen model models schema migration suite spec "
    "recipe stage stages playbook role roles task tasks manifest resource resources state store hook hooks effect effects "
    "widget widgets layout form menu article chapter paragraph text logic flow callback callbacks imports namespace trait "
    "packages array list object struct interface enum switch loop header constructor row rows alles tout todo tutto"
)
_FILLERS = _words(
    "the this that these those a an of your my our its it and or is are be to for in with as was were not no any here "
    "goes go going stay stays staying remain remains kept keep leave left continue continues exactly still else change "
    "changes changed changing needed required modification modifications modified up above below before after more "
    "clarity simplicity unaffected truncated they both so on insert put place placed at bottom top end like has have been will would "
    "should from s der die das den des dem von bleibt bleiben wie zuvor vorher oben hier ist sind nicht keine änderung "
    "änderungen ändert sich weitere so le la les du de l d rien comme avant ici est sont sans changement changements el "
    "los las lo del que queda quedan antes aquí sin cambios cambio o os as dos da do das sem alterações alteração mudanças "
    "permanece permanecem aqui il gli i dei della dello prima resta rimane qui senza modifiche come het van blijft als "
    "voorheen geen wijzigingen av som förut här inga ändringar jak poprzednio tutaj bez zmian jako předtím beze změny "
    "önceki gibi kısmı без изменений как раньше прежде здесь остается остаётся остаются то же самое змін як раніше тут"
)
_ALL_WORDS = _STAYS | _ALIKE | _REST | _EXISTING | _EARLIER | _CODE | _PARTS | _FILLERS
_SENTENCE = re.compile(
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
# Writings without blanks between words: what stays or is left out; the rest and what it is the rest of; what joins them.
_STAYS_CJK = (
    "省略|略|不变|不變|保持|维持|同上|无变化|未更改|未修改|没有变化|变更なし|変更なし|変更ありません|変更無し|そのまま|同じ|同様|変わらず|"
    "그대로|동일|생략|유지|변경 ?없음|변경 ?사항 ?없음|بدون تغيير|كما هو|كما هي|अपरिवर्तित|पहले जैसा|वैसा ही|"
    "giữ nguyên|không (?:thay )?đổi|như cũ|เหมือนเดิม|ไม่เปลี่ยนแปลง|ללא שינוי|αμετάβλητο"
)
_REST_CJK = (
    "其余|其餘|其他|其它|剩余|剩餘|剩下|余下|现有|現有|已有|原有|原来|原來|之前|残り|既存|元|他|その他|나머지|기존|이전|다른|باقي|بقية|"
    "बाकी|मौजूदा|phần còn lại|hiện có|ที่เหลือ|שאר|υπόλοιπος"
)
_CODE_CJK = (
    "代码|代碼|程式碼|内容|內容|方法|函数|函數|逻辑|邏輯|实现|實現|文件|部分|导入|コード|メソッド|関数|処理|実装|ファイル|内容|코드|메서드|"
    "함수|부분|파일|구현|الكود|الملف|الدالة|कोड|mã|code|โค้ด|הקוד|κώδικας"
)
_JOINS_CJK = (
    "此处|这里|這裡|以上|以下|上面|下面|的|和|与|如|原|都|均|一样|一致|相同|は|と|の|も|が|を|に|です|します|しました|上記|는|은|의|와|과|"
    "합니다|됩니다|함|入ります|있습니다|هو|هي|من|रहेगा|है|của|ο|του"
)
_CJK = re.compile(rf"(?:{_STAYS_CJK}|{_REST_CJK}|{_CODE_CJK}|{_JOINS_CJK}|[\s。、，,.…:：!！（）()-])+")


def gaps(new: list[str], old: list[str]) -> list[int]:
    """Return which lines of `new`, a rewrite of `old`, stand for lines that are left out."""
    there = set(old)
    maybe = [number for number, body in enumerate(new) if _is_suspect(body) and body not in there]
    found = [number for number in maybe if is_gap(new[number])]
    likely = [number for number in maybe if number not in found and _likely(new[number])]
    if not likely:
        return found
    kept = {body.strip() for body in new}
    dropped = sum(bool(body.strip()) and body.strip() not in kept for body in old)
    shrunk = _shrunk(old, new)
    for number in likely:
        body = new[number]
        if body.strip() in ("...", "…"):
            stands = shrunk.get(number, 0) > 1
        elif _BARE_COMMENT.fullmatch(body) or len(_WORD.findall(body)) == 1:
            stands = dropped > 0 and not _in_comment(new, number)
        else:
            stands = shrunk.get(number, 0) > 0
        if stands:
            found.append(number)
    return sorted(found)


def is_gap(body: str) -> bool:
    """Tell whether a line says, beyond doubt, that lines are left out: "... existing code ...", "rest unchanged"."""
    if not body or body.isspace():
        return False
    text, marked = _said(body)
    return text is not None and _is_sure(text, marked=marked)


def is_bare_gap(body: str) -> bool:
    """Tell whether a line is nothing but an ellipsis, perhaps in a comment, or a gap."""
    return ("..." in body or "…" in body) and (_BARE.fullmatch(body) is not None or is_gap(body))


def beside_code(new: list[str], old: list[str]) -> str | None:
    """Return a line that holds a placeholder beside code, as in `function f() { /* unchanged */ }`; None if there is none.

    Behind code that is as it was, such a remark is only a remark, as long as no lines are lost.
    """
    there = {body.strip() for body in old}
    fewer = sum(bool(body.strip()) for body in new) < sum(bool(body.strip()) for body in old)
    for body in new:
        if not any(mark in body for mark in ("/*", "<!--", "#", "//")) or body.strip() in there:
            continue
        for found in _BESIDE.finditer(body):
            text = next((group for group in found.groups() if group is not None), "").strip()
            code = (body[: found.start()] + body[found.end() :]).strip()
            if not re.search(r"\w", code) or not (_is_sure(text, marked=True) or _is_state(text) or _is_dots(text)):
                continue
            if code not in there or fewer:
                return body
    return None


def _is_suspect(body: str) -> bool:
    """Tell cheaply whether a line may be a gap: nearly none is."""
    if "..." in body or "…" in body or not body.isascii():
        return True
    words = _WORD.findall(body.lower())
    return bool(words) and (_ALL_WORDS.issuperset(words) or "change" in body.lower() or "keep" in body.lower())


def _said(body: str) -> tuple[str | None, bool]:
    """Return what a comment, a bracketed remark, a JSON member or a line with dots says, and whether it is marked."""
    if (comment := _COMMENT.fullmatch(body)) is not None and not _MEMBER.fullmatch(body):
        return comment[1], True
    if (bracketed := _BRACKETED.fullmatch(body)) is not None:
        return next((group for group in bracketed.groups() if group), None), True
    if (member := _MEMBER.fullmatch(body)) is not None:
        said = " ".join(text for text in member.groups() if text)
        dotted = "..." in said or "…" in said or said.startswith(("//", "#"))
        return (said.strip("/#_ "), True) if dotted else (None, False)
    return body.strip(), False


def _is_sure(text: str, *, marked: bool) -> bool:
    if len(text) > _LONGEST:
        return False
    plain = text.strip(" .…()[]<>*-=_:~!").strip()
    dotted = "..." in text or "…" in text
    if not marked and re.match(r"(?:\.{3}|…)\w", text) and not text.endswith(("...", "…")):
        return False  # an argument that is spread
    if dotted and (marked or text.startswith(("...", "…"))) and _DOTTED.fullmatch(plain):
        return True
    if not plain.isascii() and _CJK.fullmatch(plain):
        rest, code = re.search(_REST_CJK, plain), re.search(_CODE_CJK, plain)
        stays = re.search(_STAYS_CJK, plain)
        return bool(rest and (code or stays)) or bool(stays and (code or len(plain) > 2 or dotted))  # noqa: PLR2004 - a lone sign may be a word
    words = _WORD.findall(re.sub(r"\bREST\b(?! OF)", "api", plain).lower())
    if not words or not _ALL_WORDS.issuperset(words):
        return bool(marked and _SENTENCE.fullmatch(plain))
    found = frozenset(words)
    rest, stays = found & _REST, found & (_STAYS | _ALIKE)
    if not marked and not dotted:
        return bool(rest and stays and len(words) > 2)  # noqa: PLR2004 - prose of its own
    if _SENTENCE.fullmatch(plain) or (dotted and (rest or found & _EXISTING or found & _STAYS)):
        return True
    if found & _STAYS and len(words) > 1:
        return True
    part = found & (_CODE | _PARTS)
    return bool(
        (rest and (part or stays))
        or (found & _ALIKE and (rest or (part and found & (_EXISTING | _EARLIER))))
        or (found & _EXISTING and (found & _CODE or "here" in found or "goes" in found))
        or (found & _EARLIER and found & _CODE and not found - _EARLIER - _CODE - {"the", "your", "here", "goes"})
    )


def _likely(body: str) -> bool:
    """Tell whether a line may be meant as a gap: dots alone, "# unchanged", "// other cases"."""
    if not body.strip() or len(body.strip()) > _LONGEST:
        return False
    if _BARE.fullmatch(body):
        return True
    member = _MEMBER.fullmatch(body)
    if member is not None:
        said = [text for text in member.groups() if text]
        return bool(said) and all(re.fullmatch(r"[.…]+", text) for text in said)
    comment = _COMMENT.fullmatch(body)
    text = comment[1] if comment is not None else ""
    words = _WORD.findall(text.lower())
    if not words or not _ALL_WORDS.issuperset(words) or re.search(r"[()={}\[\]\d]", text):
        return False
    found = frozenset(words)
    return _is_state(text) or bool(found & (_ALIKE | _REST | _EXISTING | _EARLIER) and found & (_CODE | _PARTS | _ALIKE | _FILLERS))


def _is_state(text: str) -> bool:
    return text.strip(" .…()[]*-").lower() in _STAYS | {"same", "existing", "rest"} or bool(
        re.fullmatch(_STAYS_CJK, text.strip(" .…()[]*-"))
    )


def _is_dots(text: str) -> bool:
    return bool(re.fullmatch(rf"\s*{_DOTS}\s*", text))


def _shrunk(old: list[str], new: list[str]) -> dict[int, int]:
    """For each new line that is not an old one: how many more lines go around it than come."""
    sizes: dict[int, int] = {}
    for first, last, begin, end in linediff.changes([body.strip() for body in old], [body.strip() for body in new]):
        gone = sum(bool(body.strip()) for body in old[first:last])
        come = sum(bool(body.strip()) for body in new[begin:end])
        for number in range(begin, end):
            sizes[number] = gone - come + 1
    return sizes


def _in_comment(new: list[str], number: int) -> bool:
    """Tell whether the line belongs to a comment of several lines."""
    mark = re.match(r"\s*(\W+?)(?=\s|\w|$)", new[number])
    beside = [new[at].strip() for at in (number - 1, number + 1) if 0 <= at < len(new)]
    opener = mark[1].strip(".…") if mark else ""
    return bool(opener) and any(body.startswith(opener) and not _BARE.fullmatch(body) for body in beside)
