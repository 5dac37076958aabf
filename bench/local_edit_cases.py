"""Twenty small edits for the embedded models, each with a check that runs the result. Written for this measurement."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ToyEdit:
    name: str
    language: str  # python | javascript
    path: str
    code: str  # the region: one function
    instruction: str
    check: str  # source that runs after the new code; it fails by raising
    before: str = ""  # what surrounds the region when it runs
    context: str = ""  # another file's lines that a prompt would show


EDITS = (
    ToyEdit(
        name="empty-list",
        language="python",
        path="stats.py",
        code="""\
def mean(values):
    total = 0
    for value in values:
        total += value
    return total / len(values)
""",
        instruction="Return 0.0 for an empty list instead of raising ZeroDivisionError.",
        check="assert mean([]) == 0.0\nassert mean([1, 2, 3]) == 2",
    ),
    ToyEdit(
        name="add-parameter",
        language="python",
        path="text.py",
        code='''\
def slugify(title):
    """Make a title fit for a URL."""
    words = title.lower().split()
    return "-".join(words)
''',
        instruction='Add a keyword argument `separator` with the default "-" and use it to join the words.',
        check='assert slugify("Big Red") == "big-red"\nassert slugify("Big Red", separator="_") == "big_red"',
    ),
    ToyEdit(
        name="rename-variable",
        language="python",
        path="orders.py",
        code="""\
def order_total(order):
    t = 0
    for l in order["lines"]:
        t += l["price"] * l["count"]
    if order.get("discount"):
        t -= t * order["discount"]
    return round(t, 2)
""",
        instruction="Rename `t` to `total` and `l` to `line`.",
        check=(
            'assert order_total({"lines": [{"price": 2, "count": 3}], "discount": 0.5}) == 3\n'
            "import inspect\nnames = order_total.__code__.co_varnames\nassert 'total' in names and 't' not in names"
            " and 'line' in names and 'l' not in names"
        ),
    ),
    ToyEdit(
        name="off-by-one",
        language="python",
        path="pages.py",
        code='''\
def page_count(items, per_page):
    """How many pages are needed to show all items."""
    if per_page <= 0:
        raise ValueError("per_page must be positive")
    return items // per_page
''',
        instruction="Fix the bug: the last, partly filled page is not counted.",
        check="assert page_count(10, 5) == 2\nassert page_count(11, 5) == 3\nassert page_count(0, 5) == 0",
    ),
    ToyEdit(
        name="validate",
        language="python",
        path="bank.py",
        code="""\
def transfer(source, target, amount):
    source["balance"] -= amount
    target["balance"] += amount
    return source, target
""",
        instruction="Raise ValueError if amount is not positive or if source has less than amount.",
        check=(
            'a, b = {"balance": 10}, {"balance": 0}\ntransfer(a, b, 4)\nassert (a["balance"], b["balance"]) == (6, 4)\n'
            "for bad in (0, -1, 7):\n"
            "    try:\n        transfer(a, b, bad)\n    except ValueError:\n        pass\n    else:\n"
            "        raise AssertionError(bad)\n"
            'assert (a["balance"], b["balance"]) == (6, 4)'
        ),
    ),
    ToyEdit(
        name="async",
        language="python",
        path="load.py",
        before="import asyncio\n\nasync def fetch(name):\n    await asyncio.sleep(0)\n    return name.upper()\n",
        code="""\
def load_all(names):
    results = []
    for name in names:
        results.append(fetch(name))
    return results
""",
        instruction="Make this async: `fetch` is a coroutine function now. Keep the order of the results.",
        check='assert asyncio.run(load_all(["a", "b"])) == ["A", "B"]',
    ),
    ToyEdit(
        name="method",
        language="python",
        path="cart.py",
        before="class Cart:\n    def __init__(self):\n        self.items = {}\n\n",
        code="""\
    def add(self, name, count=1):
        if name in self.items:
            self.items[name] = count
        else:
            self.items[name] = count
        return self.items[name]
""",
        instruction="Adding an item that is there already must increase its count.",
        check='cart = Cart()\ncart.add("tea")\nassert cart.add("tea", 2) == 3\nassert cart.items == {"tea": 3}',
    ),
    ToyEdit(
        name="use-helper",
        language="python",
        path="report.py",
        before="def money(cents):\n    return f'${cents // 100}.{cents % 100:02}'\n\n",
        context="money.py:1-2\ndef money(cents):\n    return f'${cents // 100}.{cents % 100:02}'\n",
        code='''\
def report(rows):
    """One line a row: the name, then the amount."""
    lines = []
    for name, cents in rows:
        lines.append(name + ": " + str(cents))
    return "\\n".join(lines)
''',
        instruction="Format the amount with money().",
        check='assert report([("tea", 250), ("rent", 100005)]) == "tea: $2.50\\nrent: $1000.05"',
    ),
    ToyEdit(
        name="longer-skip",
        language="python",
        path="parse.py",
        code='''\
def parse_settings(text):
    """Read `key = value` lines into a dict; values that look like numbers become numbers."""
    settings = {}
    for number, line in enumerate(text.split("\\n"), 1):
        line = line.strip()
        if not line:
            continue
        if "=" not in line:
            raise ValueError(f"line {number}: no = sign")
        key, value = line.split("=", 1)
        key = key.strip()
        value = value.strip()
        if value.isdigit():
            settings[key] = int(value)
        else:
            try:
                settings[key] = float(value)
            except ValueError:
                settings[key] = value
    return settings
''',
        instruction="Ignore lines that begin with # and raise ValueError if a key comes twice.",
        check=(
            'assert parse_settings("# note\\na = 1\\nb= x") == {"a": 1, "b": "x"}\n'
            'try:\n    parse_settings("a=1\\na=2")\nexcept ValueError:\n    pass\nelse:\n    raise AssertionError'
        ),
    ),
    ToyEdit(
        name="longer-sort",
        language="python",
        path="rank.py",
        code='''\
def standings(matches):
    """Points by team from (home, away, home_goals, away_goals), best first."""
    points = {}
    for home, away, home_goals, away_goals in matches:
        points.setdefault(home, 0)
        points.setdefault(away, 0)
        if home_goals > away_goals:
            points[home] += 2
        elif home_goals < away_goals:
            points[away] += 2
        else:
            points[home] += 1
            points[away] += 1
    table = list(points.items())
    table.sort(key=lambda entry: entry[1], reverse=True)
    return table
''',
        instruction="A win gives three points. Teams with equal points are sorted by name.",
        check=('assert standings([("b", "a", 1, 1), ("c", "a", 2, 0)]) == [("c", 3), ("a", 1), ("b", 1)]'),
    ),
    ToyEdit(
        name="docstring-types",
        language="python",
        path="chunks.py",
        code="""\
def chunks(items, size):
    for start in range(0, len(items), size):
        yield items[start:start + size]
""",
        instruction="Add a docstring and type hints.",
        check=(
            "assert list(chunks([1, 2, 3], 2)) == [[1, 2], [3]]\nassert chunks.__doc__\n"
            "assert set(chunks.__annotations__) >= {'items', 'size'}"
        ),
    ),
    ToyEdit(
        name="method-error",
        language="python",
        path="store.py",
        before="class Store:\n    def __init__(self, data):\n        self.data = data\n        self.misses = 0\n\n",
        code='''\
    def get(self, key, default=None):
        """The value of a dotted key such as "a.b.c"."""
        value = self.data
        for part in key.split("."):
            value = value[part]
        return value
''',
        instruction="Return default when a part is missing, and count that in self.misses.",
        check=(
            'store = Store({"a": {"b": 1}})\nassert store.get("a.b") == 1\nassert store.get("a.c", 7) == 7\n'
            'assert store.get("x.y") is None\nassert store.misses == 2'
        ),
    ),
    ToyEdit(
        name="js-default",
        language="javascript",
        path="greet.js",
        code="""\
function greet(user) {
  const name = user.name;
  return "Hello, " + name + "!";
}
""",
        instruction='Greet "stranger" when user is missing or has no name.',
        check=(
            'const eq = (a, b) => { if (a !== b) throw new Error(a); };\neq(greet({name: "Ann"}), "Hello, Ann!");\n'
            'eq(greet({}), "Hello, stranger!");\neq(greet(undefined), "Hello, stranger!");'
        ),
    ),
    ToyEdit(
        name="js-filter",
        language="javascript",
        path="todo.js",
        code="""\
function summary(todos) {
  let done = 0;
  for (const todo of todos) {
    if (todo.done) {
      done += 1;
    }
  }
  return { total: todos.length, done: done };
}
""",
        instruction="Leave archived todos out of both counts, and add `open`, the number that is not done.",
        check=(
            "const s = summary([{done: true}, {done: false}, {done: true, archived: true}]);\n"
            "if (s.total !== 2 || s.done !== 1 || s.open !== 1) throw new Error(JSON.stringify(s));"
        ),
    ),
    ToyEdit(
        name="use-constant",
        language="python",
        path="retry.py",
        before="LIMIT = 3\n\n",
        context="limits.py:1-1\nLIMIT = 3\n",
        code="""\
def retry(action):
    while True:
        try:
            return action()
        except OSError:
            pass
""",
        instruction="Give up after LIMIT attempts: raise the last OSError then.",
        check=(
            "calls = []\ndef bad():\n    calls.append(1)\n    raise OSError('no')\n"
            "try:\n    retry(bad)\nexcept OSError as error:\n    assert str(error) == 'no'\nelse:\n"
            "    raise AssertionError\nassert len(calls) == 3\nassert retry(lambda: 5) == 5"
        ),
    ),
    ToyEdit(
        name="use-class",
        language="python",
        path="shapes.py",
        before="class Point:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y\n\n",
        context=("point.py:1-4\nclass Point:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y\n"),
        code="""\
def middle(first, second):
    return ((first[0] + second[0]) / 2, (first[1] + second[1]) / 2)
""",
        instruction="Take two Points and return a Point.",
        check="new = middle(Point(0, 0), Point(2, 4))\nassert isinstance(new, Point) and (new.x, new.y) == (1, 2)",
    ),
    ToyEdit(
        name="comprehension",
        language="python",
        path="squares.py",
        code="""\
def even_squares(numbers):
    result = []
    for number in numbers:
        if number % 2 == 0:
            result.append(number * number)
    return result
""",
        instruction="Write this as a list comprehension.",
        check=(
            "assert even_squares([1, 2, 3, 4]) == [4, 16]\nimport dis, types\n"
            "assert not any(one.opname == 'LOAD_METHOD' and one.argval == 'append' for one in dis.get_instructions("
            "even_squares))"
        ),
    ),
    ToyEdit(
        name="log-line",
        language="python",
        path="worker.py",
        before="import logging\nlogger = logging.getLogger('worker')\n\n",
        code="""\
def run(jobs):
    done = 0
    for job in jobs:
        try:
            job()
        except Exception:
            continue
        done += 1
    return done
""",
        instruction="Log a failed job with logger.exception.",
        check=(
            "seen = []\nlogger.exception = lambda *args, **kwargs: seen.append(args)\n"
            "assert run([lambda: 1, lambda: 1 / 0]) == 1\nassert len(seen) == 1"
        ),
    ),
    ToyEdit(
        name="longer-cache",
        language="python",
        path="prices.py",
        code='''\
def quote(items, rates, country):
    """The price of the items with tax, in cents."""
    net = 0
    for item in items:
        if item["count"] < 0:
            raise ValueError("negative count")
        price = item["price"] * item["count"]
        if item["count"] >= 10:
            price = price * 90 // 100
        net += price
    if country not in rates:
        raise KeyError(country)
    tax = net * rates[country] // 100
    return net + tax
''',
        instruction="Use a tax rate of 0 for a country that is not in rates.",
        check=(
            "item = {'price': 100, 'count': 10}\nassert quote([item], {'at': 20}, 'at') == 1080\n"
            "assert quote([item], {'at': 20}, 'xx') == 900"
        ),
    ),
    ToyEdit(
        name="js-async",
        language="javascript",
        path="names.js",
        before="const load = async (id) => ({ name: `n${id}` });\n",
        code="""\
function names(ids) {
  const found = [];
  for (const id of ids) {
    found.push(load(id).name);
  }
  return found;
}
""",
        instruction="load returns a promise now: make this async and await it.",
        check=("names([1, 2]).then((found) => { if (found.join() !== 'n1,n2') process.exit(1); });"),
    ),
)
